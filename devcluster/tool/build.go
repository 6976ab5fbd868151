package main

import (
	"bufio"
	"bytes"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"sync/atomic"
	"syscall"
	"time"
)

// buildRecipe is part of the cache's key: change it when the way of building changes and not only the pins.
const buildRecipe = "1"

// binaries are the built components of one Kubernetes version.
type binaries struct {
	kube        pin
	libexec     string // etcd, kube-apiserver, …
	kubectlPath string // a directory that holds kubectl alone, for a user's PATH
	kwok        string // the file
}

type target struct {
	pin     pin
	name    string // of the binary
	pkg     string
	dir     string // below the cache directory of its pin
	ldflags string
}

func buildCommand(h home, args []string) error {
	set := flags("build")
	kube := set.String("kube", os.Getenv("KUBE"), "")
	if err := parse(set, args); err != nil {
		return err
	}
	start := time.Now()
	built, compiled, err := build(h, *kube)
	if err != nil {
		return err
	}
	if compiled {
		fmt.Fprintf(os.Stderr, "Built Kubernetes %s in %s: %s\n", built.kube.version, round(time.Since(start)), filepath.Dir(built.libexec))
	} else {
		fmt.Fprintf(os.Stderr, "Kubernetes %s is built already: %s\n", built.kube.version, filepath.Dir(built.libexec))
	}
	return nil
}

// build makes sure that the components of a version are in the cache. The second result tells whether it had to compile.
func build(h home, minor string) (binaries, bool, error) {
	kube, err := h.kubePin(minor)
	if err != nil {
		return binaries{}, false, err
	}
	kwok, err := h.kwokPin()
	if err != nil {
		return binaries{}, false, err
	}
	kubeDir, kwokDir := filepath.Join(h.cache, kube.key), filepath.Join(h.cache, kwok.key)
	result := binaries{
		kube:        kube,
		libexec:     filepath.Join(kubeDir, "libexec"),
		kubectlPath: filepath.Join(kubeDir, "bin"),
		kwok:        filepath.Join(kwokDir, "libexec", "kwok"),
	}
	if exists(kubeDir) && exists(kwokDir) {
		return result, false, nil
	}
	if err := checkGo(kube, kwok); err != nil {
		return binaries{}, false, err
	}
	targets := targets(kube, kwok)
	progress := &progress{total: len(targets), start: time.Now(), tty: isTerminal(os.Stderr)}
	for _, p := range []pin{kube, kwok} {
		if err := buildPin(h, p, targets, progress); err != nil {
			return binaries{}, false, err
		}
	}
	return result, true, nil
}

func targets(kube, kwok pin) []target {
	minor := strings.Split(kube.version, ".")[1]
	ldflags := "-s -w"
	for _, pkg := range []string{"k8s.io/component-base/version", "k8s.io/client-go/pkg/version"} {
		ldflags += fmt.Sprintf(" -X %[1]s.gitVersion=%[2]s -X %[1]s.gitMajor=1 -X %[1]s.gitMinor=%[3]s -X %[1]s.gitTreeState=clean", pkg, kube.version, minor)
	}
	list := []target{{kube, "etcd", "go.etcd.io/etcd/server/v3", "libexec", "-s -w"}}
	for _, name := range []string{"kube-apiserver", "kube-controller-manager", "kube-scheduler"} {
		list = append(list, target{kube, name, "k8s.io/kubernetes/cmd/" + name, "libexec", ldflags})
	}
	return append(list,
		target{kube, "kubectl", "k8s.io/kubernetes/cmd/kubectl", "bin", ldflags},
		target{kwok, "kwok", "sigs.k8s.io/kwok/cmd/kwok", "libexec", "-s -w -X sigs.k8s.io/kwok/pkg/consts.Version=" + kwok.version})
}

// buildPin builds all targets of one pin into a directory aside and renames it, under a lock, so that what is in the
// cache is always whole and two builds do not do the work twice.
func buildPin(h home, p pin, targets []target, progress *progress) error {
	if err := os.MkdirAll(h.cache, 0o755); err != nil {
		return err
	}
	lock, err := lockFile(filepath.Join(h.cache, "."+p.key+".lock"), func() {
		fmt.Fprintf(os.Stderr, "Another build of %s is at work; waiting for it.\n", p.key)
	})
	if err != nil {
		return err
	}
	defer lock.Close()
	final := filepath.Join(h.cache, p.key)
	if exists(final) {
		for _, t := range targets {
			if t.pin.key == p.key {
				progress.next(t, "is there already")
			}
		}
		return nil
	}
	// The name is fixed and the lock is held: a build that was killed leaves at most this one directory behind.
	temp := filepath.Join(h.cache, "."+p.key+".partial")
	if err := os.RemoveAll(temp); err != nil {
		return err
	}
	defer os.RemoveAll(temp)
	for _, t := range targets {
		if t.pin.key != p.key {
			continue
		}
		if err := progress.build(t, temp); err != nil {
			return err
		}
	}
	return os.Rename(temp, final)
}

var goVersion = regexp.MustCompile(`^go(\d+)\.(\d+)`)

// checkGo says in one sentence what to install, before minutes of work end in an error of the compiler.
func checkGo(pins ...pin) error {
	needed := pins[0].goLine
	for _, p := range pins[1:] {
		if olderGo(needed, p.goLine) {
			needed = p.goLine
		}
	}
	needed = strings.Join(strings.Split(needed, ".")[:2], ".")
	const where = "install it from https://go.dev/dl/ and put its bin directory on PATH"
	if _, err := exec.LookPath("go"); err != nil {
		return failf("Go is not installed: building Kubernetes %s needs Go %s or newer: %s.", pins[0].version, needed, where)
	}
	// Without a go.mod in sight, so that the answer is the installed Go and never one that it would fetch.
	cmd := exec.Command("go", "env", "GOVERSION", "GOTOOLCHAIN")
	cmd.Dir = os.TempDir()
	out, err := cmd.Output()
	if err != nil {
		return failf("`go env` fails: %v: %s.", err, where)
	}
	fields := strings.Fields(string(out))
	if len(fields) == 0 || !goVersion.MatchString(fields[0]) {
		return nil // a development version; the compiler will tell
	}
	fetches := len(fields) > 1 && !strings.HasPrefix(fields[1], "local")
	if olderGo(strings.TrimPrefix(fields[0], "go"), needed) && !fetches {
		return failf("found %s, but building Kubernetes %s needs Go %s or newer: %s.", fields[0], pins[0].version, needed, where)
	}
	return nil
}

func olderGo(a, b string) bool {
	x, y := goVersion.FindStringSubmatch("go"+a), goVersion.FindStringSubmatch("go"+b)
	if x == nil || y == nil {
		return false
	}
	for i := 1; i <= 2; i++ {
		m, _ := strconv.Atoi(x[i])
		n, _ := strconv.Atoi(y[i])
		if m != n {
			return m < n
		}
	}
	return false
}

// progress tells which target is being built and how far it is.
type progress struct {
	total, current int
	start          time.Time
	tty            bool
}

func (p *progress) next(t target, what string) {
	p.current++
	fmt.Fprintf(os.Stderr, "%d/%d %s %s %s\n", p.current, p.total, t.name, t.pin.version, what)
}

func (p *progress) build(t target, into string) error {
	p.current++
	head := fmt.Sprintf("%d/%d %s", p.current, p.total, t.name)
	if t.name == "etcd" {
		head += " for Kubernetes " + t.pin.version
	} else {
		head += " " + t.pin.version
	}
	start := time.Now()
	out := filepath.Join(into, t.dir, t.name)
	if err := os.MkdirAll(filepath.Dir(out), 0o755); err != nil {
		return err
	}
	cmd := exec.Command("go", "build", "-v", "-trimpath", "-buildvcs=false", "-ldflags", t.ldflags, "-o", out, t.pkg)
	cmd.Dir = t.pin.dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOWORK=off", "GOFLAGS=-mod=readonly")
	cmd.SysProcAttr = ownGroup()
	cmd.Cancel = nil
	stderr, err := cmd.StderrPipe()
	if err != nil {
		return err
	}
	if err := cmd.Start(); err != nil {
		return err
	}
	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer signal.Stop(signals)

	var packages atomic.Int64
	tail := &tail{limit: 40}
	read := make(chan struct{})
	go func() {
		defer close(read)
		lines := bufio.NewScanner(stderr)
		lines.Buffer(nil, 1<<20)
		for lines.Scan() {
			packages.Add(1)
			tail.add(lines.Text())
		}
		io.Copy(io.Discard, stderr)
	}()
	status := func() string {
		return fmt.Sprintf("%s: %d packages compiled, %s (%s in all)", head, packages.Load(), round(time.Since(start)), round(time.Since(p.start)))
	}
	every := 15 * time.Second
	if p.tty {
		every = time.Second
	} else {
		fmt.Fprintln(os.Stderr, head)
	}
	ticker := time.NewTicker(every)
	defer ticker.Stop()
	for done := false; !done; {
		select {
		case <-read:
			done = true
		case <-ticker.C:
			if p.tty {
				fmt.Fprintf(os.Stderr, "\r\033[K%s", status())
			} else {
				fmt.Fprintln(os.Stderr, status())
			}
		case s := <-signals:
			killGroup(cmd.Process, syscall.SIGKILL)
			cmd.Wait()
			if p.tty {
				fmt.Fprintln(os.Stderr)
			}
			return failf("%s: stopped (%v); what is compiled so far is kept by Go's build cache", head, s)
		}
	}
	err = cmd.Wait()
	if p.tty {
		fmt.Fprint(os.Stderr, "\r\033[K")
	}
	if err != nil {
		return failf("%s does not build; the compiler's last words:\n%s", head, tail)
	}
	fmt.Fprintln(os.Stderr, status())
	return nil
}

// tail keeps the last lines of a stream.
type tail struct {
	limit int
	lines []string
}

func (t *tail) add(line string) {
	t.lines = append(t.lines, line)
	if len(t.lines) > t.limit {
		t.lines = t.lines[1:]
	}
}

func (t *tail) String() string {
	var out bytes.Buffer
	for _, line := range t.lines {
		out.WriteString("    " + line + "\n")
	}
	return strings.TrimRight(out.String(), "\n")
}

func round(d time.Duration) time.Duration {
	if d < 10*time.Second {
		return d.Round(100 * time.Millisecond)
	}
	return d.Round(time.Second)
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func isTerminal(f *os.File) bool {
	info, err := f.Stat()
	return err == nil && info.Mode()&os.ModeCharDevice != 0
}
