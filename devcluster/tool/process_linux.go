package main

import (
	"os"
	"syscall"
)

// ownGroup puts a child into a process group of its own and has the kernel end it when this process dies, however it dies.
// The kernel watches the thread that started the child: startComponents therefore stays on one thread.
func ownGroup() *syscall.SysProcAttr {
	return &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGKILL}
}

// ownSession detaches a child from this terminal.
func ownSession() *syscall.SysProcAttr { return &syscall.SysProcAttr{Setsid: true} }

func killGroup(p *os.Process, s syscall.Signal) { _ = syscall.Kill(-p.Pid, s) }
