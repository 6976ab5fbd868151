package main

import (
	"errors"
	"io"
	"os"
	"syscall"
	"time"
)

// lockFile takes a POSIX lock on a file, waiting as long as it takes; it first calls waiting when it has to.
// The kernel gives the lock up when the process ends, however it ends. Closing the file gives it up too.
func lockFile(path string, waiting func()) (*os.File, error) {
	file, err := os.OpenFile(path, os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	for told := false; ; time.Sleep(100 * time.Millisecond) {
		held, err := tryLock(file)
		if held || err != nil {
			if err != nil {
				file.Close()
			}
			return file, err
		}
		if !told {
			waiting()
			told = true
		}
	}
}

// tryLock tells whether it got the lock.
func tryLock(file *os.File) (bool, error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	err := syscall.FcntlFlock(file.Fd(), syscall.F_SETLK, &lock)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	return err == nil, err
}

// lockHolder asks the kernel which process holds the lock on a file: 0 when none does. Unlike a pid that was written
// down, the answer cannot be a stranger that got the same number later.
func lockHolder(path string) (int, error) {
	file, err := os.OpenFile(path, os.O_RDWR, 0)
	if errors.Is(err, os.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, err
	}
	defer file.Close()
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart}
	if err := syscall.FcntlFlock(file.Fd(), syscall.F_GETLK, &lock); err != nil {
		return 0, err
	}
	if lock.Type == syscall.F_UNLCK {
		return 0, nil
	}
	return int(lock.Pid), nil
}
