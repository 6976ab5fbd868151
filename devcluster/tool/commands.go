package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"sort"
	"strings"
	"syscall"
	"text/tabwriter"
	"time"
)

func clusterFlags(set *flag.FlagSet) *options {
	o := &options{}
	set.StringVar(&o.Name, "name", "default", "")
	set.StringVar(&o.Kube, "kube", os.Getenv("KUBE"), "")
	set.IntVar(&o.Nodes, "nodes", 3, "")
	set.BoolVar(&o.Audit, "audit", false, "")
	set.DurationVar(&o.NodeGrace, "node-grace", 0, "")
	set.StringVar(&o.Emulate, "emulate", "", "")
	return o
}

func (o *options) check() error {
	if o.Nodes < 0 || o.Nodes > 5000 {
		return failf("--nodes %d: choose between 0 and 5000", o.Nodes)
	}
	if o.NodeGrace != 0 && o.NodeGrace < 6*time.Second {
		return failf("--node-grace %s: it has to be longer than the 5s between two looks at the nodes", o.NodeGrace)
	}
	return checkName(o.Name)
}

// upCommand brings a cluster up in a process of its own that outlives this one.
func upCommand(h home, args []string) error {
	set := flags("up")
	o := clusterFlags(set)
	if err := parse(set, args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	if running, err := runningCluster(h, o.Name); err == nil {
		return sayRunning(h, running, o)
	}
	b, _, err := build(h, o.Kube)
	if err != nil {
		return err
	}
	fmt.Fprintf(os.Stderr, "Starting Kubernetes %s as %s\n", b.kube.version, o.Name)

	signals := make(chan os.Signal, 1)
	signal.Notify(signals, os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	request, err := json.Marshal(o)
	if err != nil {
		return err
	}
	self, err := os.Executable()
	if err != nil {
		return err
	}
	keeper := exec.Command(self, "keep", string(request))
	keeper.SysProcAttr = ownSession()
	// While this pipe is open and silent, the keeper brings the cluster up; if it closes before the word "detach", it ends
	// everything. So however this process dies, no half cluster stays.
	leash, err := keeper.StdinPipe()
	if err != nil {
		return err
	}
	reports, err := keeper.StdoutPipe()
	if err != nil {
		return err
	}
	if err := keeper.Start(); err != nil {
		return err
	}
	lines := make(chan report)
	go func() {
		defer close(lines)
		decoder := json.NewDecoder(reports)
		for {
			var line report
			if decoder.Decode(&line) != nil {
				return
			}
			lines <- line
		}
	}()
	interrupted := false
	for {
		select {
		case <-signals:
			if !interrupted {
				fmt.Fprintln(os.Stderr, "Stopping")
				leash.Close()
			}
			interrupted = true
		case line, open := <-lines:
			switch {
			case !open:
				keeper.Wait()
				if interrupted {
					return exitCode(130)
				}
				return failf("the cluster's keeper ended without a word; try `devcluster run` to see why")
			case line.Progress != "":
				fmt.Fprintln(os.Stderr, line.Progress)
			case line.Failed != "":
				keeper.Wait()
				if interrupted {
					return exitCode(130)
				}
				return failf("%s", line.Failed)
			case line.Ready && !interrupted:
				if _, err := io.WriteString(leash, "detach\n"); err != nil {
					return err
				}
				leash.Close()
				fmt.Printf("export KUBECONFIG=%s\n", quote(state{dir: h.dir(o.Name)}.kubeconfig()))
				return nil
			}
		}
	}
}

func sayRunning(h home, running state, o *options) error {
	if o.Kube != "" {
		asked, err := h.kubePin(o.Kube)
		if err != nil {
			return err
		}
		if asked.version != running.Version {
			return failf("%s runs already, with Kubernetes %s: choose another --name, or end it with `devcluster down --name %s`", o.Name, running.Version, o.Name)
		}
	}
	fmt.Fprintf(os.Stderr, "%s runs already, with Kubernetes %s\n", o.Name, running.Version)
	fmt.Printf("export KUBECONFIG=%s\n", quote(running.kubeconfig()))
	return nil
}

// report is one line from the keeper to `up`.
type report struct {
	Progress string `json:"progress,omitempty"`
	Ready    bool   `json:"ready,omitempty"`
	Failed   string `json:"failed,omitempty"`
}

// keepCommand is the background process behind `up`.
func keepCommand(h home, args []string) error {
	if len(args) != 1 {
		return failf("`keep` is for `devcluster up` only")
	}
	var o options
	if err := json.Unmarshal([]byte(args[0]), &o); err != nil {
		return failf("`keep` is for `devcluster up` only")
	}
	signal.Ignore(syscall.SIGPIPE)
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	go func() {
		word, _ := bufio.NewReader(os.Stdin).ReadString('\n')
		if word != "detach\n" {
			cancel()
		}
	}()
	out := json.NewEncoder(os.Stdout)
	var log *os.File
	err := keepRunning(ctx, h, o, func(line string) {
		if log != nil {
			fmt.Fprintf(log, "%s %s\n", time.Now().UTC().Format(time.RFC3339), line)
			return
		}
		out.Encode(report{Progress: line})
	}, func(s state) {
		out.Encode(report{Ready: true})
		log, _ = os.OpenFile(s.log("keeper"), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	})
	if err != nil {
		if log != nil {
			fmt.Fprintf(log, "%s %v\n", time.Now().UTC().Format(time.RFC3339), err)
		} else {
			out.Encode(report{Failed: err.Error()})
		}
		return exitCode(1)
	}
	return nil
}

// runCommand is `up` in the foreground.
func runCommand(h home, args []string) error {
	set := flags("run")
	o := clusterFlags(set)
	untilStdinCloses := set.Bool("until-stdin-closes", false, "")
	if err := parse(set, args); err != nil {
		return err
	}
	if err := o.check(); err != nil {
		return err
	}
	// Whoever started this may be gone when the last words are written; the cleaning up must not end with that.
	signal.Ignore(syscall.SIGPIPE)
	b, _, err := build(h, o.Kube)
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM, syscall.SIGHUP)
	defer stop()
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	if *untilStdinCloses {
		go func() {
			io.Copy(io.Discard, os.Stdin)
			cancel()
		}()
	}
	fmt.Fprintf(os.Stderr, "Starting Kubernetes %s as %s\n", b.kube.version, o.Name)
	return keepRunning(ctx, h, *o, func(line string) { fmt.Fprintln(os.Stderr, line) }, func(s state) {
		fmt.Printf("export KUBECONFIG=%s\n", quote(s.kubeconfig()))
		if !*untilStdinCloses {
			fmt.Fprintln(os.Stderr, "Ctrl-C ends it")
		}
	})
}

// keepRunning brings a cluster up, calls ready, and ends it when the context is done.
func keepRunning(ctx context.Context, h home, o options, report func(string), ready func(state)) error {
	b, _, err := build(h, o.Kube)
	if err != nil {
		return err
	}
	k, err := newKeeper(h, b, o, report)
	if err != nil {
		return err
	}
	if err := k.boot(ctx); err != nil {
		stopped := errors.Is(err, context.Canceled) || ctx.Err() != nil
		if ended := k.end(!stopped); ended != nil && stopped {
			return ended
		}
		if stopped {
			return exitCode(130)
		}
		return err
	}
	ready(k.state)
	err = k.keep(ctx)
	return errors.Join(err, k.end(err != nil))
}

func downCommand(h home, args []string) error {
	set := flags("down")
	name := set.String("name", "default", "")
	all := set.Bool("all", false, "")
	if err := parse(set, args); err != nil {
		return err
	}
	names := []string{*name}
	if *all {
		var err error
		if names, err = clusterNames(h); err != nil {
			return err
		}
	}
	for _, n := range names {
		if err := checkName(n); err != nil {
			return err
		}
	}
	// All at once: each takes a second or so.
	results := make(chan error, len(names))
	for _, n := range names {
		go func() { results <- down(h, n, *all) }()
	}
	var err error
	for range names {
		err = errors.Join(err, <-results)
	}
	return err
}

func down(h home, name string, quiet bool) error {
	pid, err := lockHolder(h.lockPath(name))
	if err != nil {
		return err
	}
	if pid == 0 {
		if !exists(h.dir(name)) {
			if !quiet {
				fmt.Fprintf(os.Stderr, "There is no cluster named %s\n", name)
			}
			return nil
		}
		// Under the lock, so that a cluster which is just starting is not taken for a dead one.
		file, err := os.OpenFile(h.lockPath(name), os.O_RDWR|os.O_CREATE, 0o600)
		if err != nil {
			return err
		}
		defer file.Close()
		held, err := tryLock(file)
		if err != nil {
			return err
		}
		if held {
			fmt.Fprintf(os.Stderr, "%s was not running any more; removed what it left\n", name)
			return clearStale(h, name)
		}
		if pid, err = lockHolder(h.lockPath(name)); err != nil || pid == 0 {
			return err
		}
	}
	if err := syscall.Kill(pid, syscall.SIGTERM); err != nil && !errors.Is(err, syscall.ESRCH) {
		return failf("the process %d that keeps %s cannot be ended: %v", pid, name, err)
	}
	for waited := time.Now(); time.Since(waited) < 20*time.Second; time.Sleep(20 * time.Millisecond) {
		holder, err := lockHolder(h.lockPath(name))
		if err != nil {
			return err
		}
		if holder != pid {
			fmt.Fprintf(os.Stderr, "%s is down\n", name)
			return nil
		}
	}
	return failf("%s does not end: its keeper is process %d, its logs are in %s", name, pid, filepath.Join(h.dir(name), "logs"))
}

func clusterNames(h home) ([]string, error) {
	entries, err := os.ReadDir(h.state)
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	var names []string
	for _, entry := range entries {
		if entry.IsDir() && clusterName.MatchString(entry.Name()) {
			names = append(names, entry.Name())
		}
	}
	sort.Strings(names)
	return names, nil
}

// runningCluster reads the state of a cluster that is up.
func runningCluster(h home, name string) (state, error) {
	if err := checkName(name); err != nil {
		return state{}, err
	}
	pid, err := lockHolder(h.lockPath(name))
	if err != nil {
		return state{}, err
	}
	s, err := loadState(h, name)
	if pid == 0 || err != nil || !exists(s.kubeconfig()) {
		return s, failf("there is no cluster named %s: `devcluster up --name %s` brings it up", name, name)
	}
	return s, nil
}

func kubeconfigCommand(h home, args []string) error {
	s, _, err := named(h, "kubeconfig", args)
	if err != nil {
		return err
	}
	fmt.Println(s.kubeconfig())
	return nil
}

func kubectlCommand(h home, args []string) error {
	set := flags("kubectl")
	kube := set.String("kube", os.Getenv("KUBE"), "")
	if err := parse(set, args); err != nil {
		return err
	}
	b, _, err := build(h, *kube)
	if err != nil {
		return err
	}
	fmt.Println(filepath.Join(b.kubectlPath, "kubectl"))
	return nil
}

func envCommand(h home, args []string) error {
	s, b, err := named(h, "env", args)
	if err != nil {
		return err
	}
	fmt.Printf("export KUBECONFIG=%s PATH=%s:\"$PATH\"\n", quote(s.kubeconfig()), quote(b.kubectlPath))
	return nil
}

func named(h home, command string, args []string) (state, binaries, error) {
	set := flags(command)
	name := set.String("name", "default", "")
	if err := parse(set, args); err != nil {
		return state{}, binaries{}, err
	}
	s, err := runningCluster(h, *name)
	if err != nil {
		return s, binaries{}, err
	}
	b, _, err := build(h, s.Options.Kube)
	return s, b, err
}

func listCommand(h home, args []string) error {
	if err := parse(flags("list"), args); err != nil {
		return err
	}
	names, err := clusterNames(h)
	if err != nil {
		return err
	}
	table := tabwriter.NewWriter(os.Stdout, 0, 0, 3, ' ', 0)
	fmt.Fprintln(table, "NAME\tSTATE\tKUBERNETES\tSERVER\tAGE")
	for _, name := range names {
		s, _ := loadState(h, name)
		pid, err := lockHolder(h.lockPath(name))
		if err != nil {
			return err
		}
		what := "running"
		switch {
		case pid == 0:
			what = "ended"
		case !exists(s.kubeconfig()):
			what = "starting"
		}
		age := ""
		if !s.Created.IsZero() {
			age = time.Since(s.Created).Round(time.Second).String()
		}
		fmt.Fprintf(table, "%s\t%s\t%s\t%s\t%s\n", name, what, s.Version, s.Server, age)
	}
	return table.Flush()
}

// quote makes a word safe for a POSIX shell, and leaves it alone where it is.
func quote(word string) string {
	safe := strings.IndexFunc(word, func(r rune) bool {
		return !(r == '/' || r == '.' || r == '-' || r == '_' || r >= '0' && r <= '9' || r >= 'A' && r <= 'Z' || r >= 'a' && r <= 'z')
	}) < 0
	if safe && word != "" {
		return word
	}
	return "'" + strings.ReplaceAll(word, "'", `'\''`) + "'"
}
