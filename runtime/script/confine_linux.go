package script

import (
	"fmt"
	"os"
	"os/exec"
	"runtime"
	"syscall"
	"time"
	"unsafe"

	"golang.org/x/sys/unix"
)

// nobody is the user and group that a runner of root becomes.
const nobody = 65534

// namespaces are what runners of this process are started in, the best first.
func namespaces() []uintptr {
	apart := uintptr(unix.CLONE_NEWNET | unix.CLONE_NEWIPC | unix.CLONE_NEWUTS)
	if os.Geteuid() == 0 {
		return []uintptr{apart, 0}
	}
	return []uintptr{apart | unix.CLONE_NEWUSER, 0}
}

// isolate starts the command in namespaces of its own.
func isolate(cmd *exec.Cmd, flags uintptr) {
	cmd.SysProcAttr = &syscall.SysProcAttr{Cloneflags: flags}
	if flags&unix.CLONE_NEWUSER != 0 {
		cmd.SysProcAttr.UidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getuid(), Size: 1}}
		cmd.SysProcAttr.GidMappings = []syscall.SysProcIDMap{{ContainerID: nobody, HostID: os.Getgid(), Size: 1}}
	}
}

// networkless tells whether namespaces have no network.
func networkless(flags uintptr) bool { return flags&unix.CLONE_NEWNET != 0 }

// confine gives up for good, in this process, what a runner does not need. Only
// what the system refuses is missing from the answer.
func confine() (confinement, error) {
	var c confinement
	c.Memory = unix.Setrlimit(unix.RLIMIT_DATA, &unix.Rlimit{Cur: hardMemory, Max: hardMemory}) == nil
	for _, resource := range []int{unix.RLIMIT_CORE, unix.RLIMIT_FSIZE} {
		if err := unix.Setrlimit(resource, &unix.Rlimit{}); err != nil {
			return c, fmt.Errorf("script: limits: %w", err)
		}
	}
	if os.Geteuid() == 0 {
		if err := becomeNobody(); err != nil {
			return c, fmt.Errorf("script: user: %w", err)
		}
		c.User = true
	}
	if err := unix.Prctl(unix.PR_SET_DUMPABLE, 0, 0, 0, 0); err != nil { // nobody else of this user looks into it
		return c, fmt.Errorf("script: %w", err)
	}
	if filterSystemCalls() == nil {
		c.Network, c.Files, c.Programs = true, true, true
	}
	return c, nil
}

// becomeNobody changes the user of all threads.
func becomeNobody() error {
	if err := syscall.Setgroups(nil); err != nil {
		return err
	}
	if err := syscall.Setgid(nobody); err != nil {
		return err
	}
	return syscall.Setuid(nobody)
}

// filterSystemCalls refuses every system call that the engine does not need, on
// all threads: opening files, sockets, starting programs, signals to others.
func filterSystemCalls() error {
	if auditArch == 0 {
		return syscall.ENOSYS
	}
	runtime.LockOSThread()
	defer runtime.UnlockOSThread()
	if err := unix.Prctl(unix.PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0); err != nil {
		return err
	}
	filter := systemCallFilter(uint32(os.Getpid()))
	program := unix.SockFprog{Len: uint16(len(filter)), Filter: &filter[0]}
	_, _, errno := unix.Syscall(unix.SYS_SECCOMP, unix.SECCOMP_SET_MODE_FILTER, unix.SECCOMP_FILTER_FLAG_TSYNC, uintptr(unsafe.Pointer(&program)))
	if errno != 0 {
		return errno
	}
	return nil
}

// processCPU is the computing time of this process.
func processCPU() time.Duration {
	var u unix.Rusage
	if err := unix.Getrusage(unix.RUSAGE_SELF, &u); err != nil {
		return 0
	}
	return time.Duration(u.Utime.Nano() + u.Stime.Nano())
}
