package script

import "golang.org/x/sys/unix"

// auditArch is the architecture whose system calls are filtered.
const auditArch = unix.AUDIT_ARCH_X86_64

// moreCalls are further allowed calls of this architecture.
var moreCalls = []uint32{unix.SYS_EPOLL_WAIT, unix.SYS_POLL, unix.SYS_ARCH_PRCTL}
