package script

import "golang.org/x/sys/unix"

// auditArch is the architecture whose system calls are filtered.
const auditArch = unix.AUDIT_ARCH_AARCH64

// moreCalls are further allowed calls of this architecture.
var moreCalls []uint32
