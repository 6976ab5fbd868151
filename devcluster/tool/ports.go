package main

import (
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"net"
	"os"
	"path/filepath"
	"syscall"
)

// Below the range that kernels hand out to outgoing connections, so that none of those takes a port between our look and
// the component's bind.
const (
	firstPort = 20000
	lastPort  = 31999
)

// reservation holds a cluster's ports for as long as its process lives: one byte of a file is locked for each, and the
// kernel gives the locks up with the process. So clusters that start at the same time never get the same port.
type reservation struct{ file *os.File }

func openReservation(h home) (*reservation, error) {
	if err := os.MkdirAll(h.cache, 0o755); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(filepath.Join(h.cache, ".ports"), os.O_RDWR|os.O_CREATE, 0o644)
	if err != nil {
		return nil, err
	}
	return &reservation{file}, nil
}

// take finds free ports; those that the caller had before stay taken, so that a second try gets others.
func (r *reservation) take() (ports, error) {
	var p ports
	for _, port := range p.all() {
		n, err := r.one()
		if err != nil {
			return ports{}, err
		}
		*port = n
	}
	return p, nil
}

func (r *reservation) one() (int, error) {
	const span = lastPort - firstPort + 1
	start := rand.IntN(span)
	for i := range span {
		port := firstPort + (start+i)%span
		// Listening tells what other programs hold; the lock tells what other clusters are about to take.
		listener, err := net.Listen("tcp4", fmt.Sprintf("127.0.0.1:%d", port))
		if err != nil {
			continue
		}
		free, err := r.lock(port)
		listener.Close()
		if err != nil {
			return 0, err
		}
		if free {
			return port, nil
		}
	}
	return 0, failf("no port between %d and %d is free on 127.0.0.1", firstPort, lastPort)
}

func (r *reservation) lock(port int) (bool, error) {
	lock := syscall.Flock_t{Type: syscall.F_WRLCK, Whence: io.SeekStart, Start: int64(port), Len: 1}
	err := syscall.FcntlFlock(r.file.Fd(), syscall.F_SETLK, &lock)
	if errors.Is(err, syscall.EAGAIN) || errors.Is(err, syscall.EACCES) {
		return false, nil
	}
	return err == nil, err
}
