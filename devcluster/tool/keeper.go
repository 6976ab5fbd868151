package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"encoding/json"
	"errors"
	"fmt"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"sync"
	"syscall"
	"time"
)

// keeper brings one cluster up, keeps its components running, and ends them. Everything that belongs to the cluster is a
// child of the keeper's process, in a process group of its own: whom to end is never guessed.
type keeper struct {
	home     home
	binaries binaries
	options  options
	state    state
	report   func(string) // progress, for the user
	lock     *os.File
	ports    *reservation
	start    time.Time

	spawn chan func() // runs on the one thread that starts children, see ownGroup

	mutex     sync.Mutex
	stopping  bool
	processes []*process
	failed    chan error // the first component that cannot be kept running
}

// process is a component that runs, or is being run again.
type process struct {
	component component
	command   *exec.Cmd
	ended     chan struct{} // closed when this run of it ended
	err       error         // why, once ended
}

// bootError is a component that did not come up.
type bootError struct {
	component string
	why       string
	log       string
}

func (e bootError) Error() string {
	text := fmt.Sprintf("%s did not come up: %s.", e.component, e.why)
	if tail := lastLines(e.log, 15); tail != "" {
		text += fmt.Sprintf(" The last lines of its log (%s):\n%s", e.log, tail)
	}
	return text
}

// newKeeper takes the name for this process, and clears away what an earlier cluster of that name left behind.
func newKeeper(h home, b binaries, o options, report func(string)) (*keeper, error) {
	if err := os.MkdirAll(h.state, 0o700); err != nil {
		return nil, err
	}
	file, err := os.OpenFile(h.lockPath(o.Name), os.O_RDWR|os.O_CREATE, 0o600)
	if err != nil {
		return nil, err
	}
	held, err := tryLock(file)
	if err != nil {
		return nil, err
	}
	if !held {
		file.Close()
		return nil, failf("a cluster named %s runs already, or is just starting or ending: choose another --name, or end it with `devcluster down --name %s`", o.Name, o.Name)
	}
	if err := clearStale(h, o.Name); err != nil {
		return nil, err
	}
	reserved, err := openReservation(h)
	if err != nil {
		return nil, err
	}
	k := &keeper{
		home: h, binaries: b, options: o, report: report, lock: file, ports: reserved, start: time.Now(),
		state:  state{Options: o, Version: b.kube.version, Created: time.Now().UTC().Truncate(time.Second), dir: h.dir(o.Name)},
		spawn:  make(chan func()),
		failed: make(chan error, 1),
	}
	go func() {
		runtime.LockOSThread()
		for start := range k.spawn {
			start()
		}
	}()
	return k, nil
}

// boot brings the cluster up; whatever it returns, stop ends what was started.
func (k *keeper) boot(ctx context.Context) error {
	for attempt := 1; ; attempt++ {
		err := k.bootOnce(ctx)
		var failed bootError
		if errors.As(err, &failed) && attempt < 3 && strings.Contains(lastLines(failed.log, 100), "address already in use") {
			// Another program was quicker. Other ports, from the start.
			k.stopAll()
			k.mutex.Lock()
			k.stopping, k.processes = false, nil
			k.mutex.Unlock()
			if err := os.RemoveAll(k.state.dir); err != nil {
				return err
			}
			continue
		}
		return err
	}
}

func (k *keeper) bootOnce(ctx context.Context) error {
	dir := k.state.dir
	ports, err := k.ports.take()
	if err != nil {
		return err
	}
	k.state.Server = ports.server()
	if err := k.prepare(); err != nil {
		return err
	}
	client, err := newAPI(k.state.Server, k.state.pki())
	if err != nil {
		return err
	}
	b, o := k.binaries, k.options

	store, err := k.run(etcd(b, dir, ports))
	if err != nil {
		return err
	}
	server, err := k.run(kubeAPIServer(b, dir, ports, o))
	if err != nil {
		return err
	}
	if err := k.await(ctx, 60*time.Second, store, plainHealth(fmt.Sprintf("http://127.0.0.1:%d/health", ports.Etcd))); err != nil {
		return err
	}
	k.progress("etcd is up")
	if err := k.await(ctx, 120*time.Second, server, func(ctx context.Context) error { return client.call(ctx, "GET", "/readyz", nil, nil) }, store); err != nil {
		return err
	}
	k.progress("kube-apiserver is ready")

	manager, err := k.run(kubeControllerManager(b, dir, ports, o))
	if err != nil {
		return err
	}
	scheduler, err := k.run(kubeScheduler(b, dir, ports, o))
	if err != nil {
		return err
	}
	if err := k.createObjects(ctx, client); err != nil {
		return err
	}
	kubelets, err := k.run(kwok(b, dir, ports))
	if err != nil {
		return err
	}
	if err := k.await(ctx, 90*time.Second, scheduler, insecureHealth(ports.Scheduler), store, server); err != nil {
		return err
	}
	k.progress("kube-scheduler is up")
	defaultAccount := func(ctx context.Context) error {
		if err := insecureHealth(ports.ControllerManager)(ctx); err != nil {
			return err
		}
		return client.call(ctx, "GET", "/api/v1/namespaces/default/serviceaccounts/default", nil, nil)
	}
	if err := k.await(ctx, 90*time.Second, manager, defaultAccount, store, server, scheduler); err != nil {
		return err
	}
	k.progress("kube-controller-manager is up")
	if err := k.await(ctx, 90*time.Second, kubelets, nodesReady(client, o.Nodes), store, server, scheduler, manager); err != nil {
		return err
	}
	k.progress(fmt.Sprintf("%d of %d nodes are Ready", o.Nodes, o.Nodes))
	return k.publish()
}

// prepare writes certificates, kubeconfigs and configuration files.
func (k *keeper) prepare() error {
	dir, pki, server := k.state.dir, k.state.pki(), k.state.Server
	if err := os.MkdirAll(filepath.Join(dir, "logs"), 0o700); err != nil {
		return err
	}
	ca, err := newAuthority(pki)
	if err != nil {
		return err
	}
	for _, server := range []string{"apiserver", "kubelet"} {
		if err := ca.server(server); err != nil {
			return err
		}
	}
	if err := serviceAccountKeys(pki); err != nil {
		return err
	}
	for _, client := range []struct {
		name, user string
		groups     []string
	}{
		{"kube-controller-manager", "system:kube-controller-manager", nil},
		{"kube-scheduler", "system:kube-scheduler", nil},
		{"kwok", kwokUser, nil},
		{"admin", "devcluster-admin", []string{"system:masters"}},
	} {
		cert, key, err := ca.client(client.name, client.user, client.groups...)
		if err != nil {
			return err
		}
		context := "devcluster-" + k.options.Name
		if err := ca.kubeconfig(filepath.Join(pki, client.name+".kubeconfig"), context, server, cert, key); err != nil {
			return err
		}
	}
	config, err := kwokConfig(k.home, k.binaries, dir)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "kwok.yaml"), config, 0o600); err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(dir, "container.log"), containerLog(time.Now()), 0o600); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(dir, "audit-policy.yaml"), []byte(auditPolicy), 0o600)
}

func (k *keeper) createObjects(ctx context.Context, client *api) error {
	const rbac = "/apis/rbac.authorization.k8s.io/v1/"
	if err := client.call(ctx, "POST", rbac+"clusterroles", kwokRole, nil); err != nil {
		return fmt.Errorf("KWOK's ClusterRole cannot be created: %w", err)
	}
	if err := client.call(ctx, "POST", rbac+"clusterrolebindings", kwokBinding, nil); err != nil {
		return fmt.Errorf("KWOK's ClusterRoleBinding cannot be created: %w", err)
	}
	for i := range k.options.Nodes {
		object, err := defaultNode(fmt.Sprintf("node-%d", i+1)).object()
		if err != nil {
			return err
		}
		if err := client.call(ctx, "POST", "/api/v1/nodes", object, nil); err != nil {
			return fmt.Errorf("node-%d cannot be created: %w", i+1, err)
		}
	}
	return nil
}

// publish makes the cluster visible to the other commands: its kubeconfig exists from now on.
func (k *keeper) publish() error {
	if err := k.save(); err != nil {
		return err
	}
	temp := k.state.kubeconfig() + ".new"
	data, err := os.ReadFile(filepath.Join(k.state.pki(), "admin.kubeconfig"))
	if err != nil {
		return err
	}
	if err := os.WriteFile(temp, data, 0o600); err != nil {
		return err
	}
	return os.Rename(temp, k.state.kubeconfig())
}

func (k *keeper) save() error {
	k.mutex.Lock()
	defer k.mutex.Unlock()
	k.state.Components = map[string]int{}
	for _, p := range k.processes {
		k.state.Components[p.component.name] = p.command.Process.Pid
	}
	return k.state.save()
}

// run starts a component and looks after it.
func (k *keeper) run(c component) (*process, error) {
	p := &process{component: c}
	k.mutex.Lock()
	k.processes = append(k.processes, p)
	k.mutex.Unlock()
	if err := k.launch(p); err != nil {
		k.mutex.Lock()
		k.processes = k.processes[:len(k.processes)-1]
		k.mutex.Unlock()
		return nil, bootError{c.name, err.Error(), k.state.log(c.name)}
	}
	return p, k.save()
}

func (k *keeper) launch(p *process) error {
	log, err := os.OpenFile(k.state.log(p.component.name), os.O_CREATE|os.O_WRONLY|os.O_APPEND, 0o600)
	if err != nil {
		return err
	}
	defer log.Close()
	command := exec.Command(p.component.path, p.component.args...)
	command.Dir = k.state.dir
	command.Env = append(os.Environ(), p.component.env...)
	command.Stdout, command.Stderr = log, log
	command.SysProcAttr = ownGroup()
	ended := make(chan struct{})

	k.mutex.Lock()
	defer k.mutex.Unlock()
	if k.stopping {
		return errors.New("the cluster is ending")
	}
	result := make(chan error)
	k.spawn <- func() { result <- command.Start() }
	if err := <-result; err != nil {
		return err
	}
	p.command, p.ended, p.err = command, ended, nil
	go func() {
		err := command.Wait()
		k.mutex.Lock()
		p.err = err
		k.mutex.Unlock()
		close(ended)
	}()
	return nil
}

// await polls a component until it is up, and gives up early when it, or one it needs, has ended.
func (k *keeper) await(ctx context.Context, limit time.Duration, p *process, healthy func(context.Context) error, needs ...*process) error {
	ctx, cancel := context.WithTimeout(ctx, limit)
	defer cancel()
	pause := time.NewTicker(25 * time.Millisecond)
	defer pause.Stop()
	for {
		for _, q := range append([]*process{p}, needs...) {
			select {
			case <-q.ended:
				return bootError{q.component.name, "it ended (" + describe(q.err) + ")", k.state.log(q.component.name)}
			default:
			}
		}
		err := healthy(ctx)
		if err == nil {
			return nil
		}
		select {
		case <-ctx.Done():
			if errors.Is(ctx.Err(), context.DeadlineExceeded) {
				return bootError{p.component.name, fmt.Sprintf("it is not healthy after %s (%v)", limit, err), k.state.log(p.component.name)}
			}
			return context.Canceled
		case <-pause.C:
		}
	}
}

func describe(err error) string {
	if err == nil {
		return "exit status 0"
	}
	return err.Error()
}

// keep runs what ends by itself again, until the context is done or a component cannot be kept running.
func (k *keeper) keep(ctx context.Context) error {
	for _, p := range k.processes {
		go k.keepOne(p)
	}
	select {
	case <-ctx.Done():
		return nil
	case err := <-k.failed:
		return err
	}
}

func (k *keeper) keepOne(p *process) {
	for short := 0; ; {
		started := time.Now()
		<-p.ended
		k.mutex.Lock()
		stopping, why := k.stopping, describe(p.err)
		k.mutex.Unlock()
		if stopping {
			return
		}
		if short++; time.Since(started) > 10*time.Second {
			short = 1
		}
		if short > 5 {
			select {
			case k.failed <- bootError{p.component.name, "it ended five times in a row (" + why + ")", k.state.log(p.component.name)}:
			default:
			}
			return
		}
		k.report(fmt.Sprintf("%s ended (%s); starting it again", p.component.name, why))
		time.Sleep(200 * time.Millisecond)
		if err := k.launch(p); err != nil {
			return
		}
		_ = k.save()
	}
}

// stopAll ends the components, those that need others first.
func (k *keeper) stopAll() {
	k.mutex.Lock()
	k.stopping = true
	running := make([]*process, 0, len(k.processes))
	for i := len(k.processes) - 1; i >= 0; i-- {
		running = append(running, k.processes[i])
	}
	k.mutex.Unlock()
	// A moment to flush logs and to close connections; nothing of the data is kept, so nothing is lost by not waiting longer.
	for _, p := range running {
		if p.component.name != "etcd" {
			signalIfRunning(p, syscall.SIGTERM)
		}
	}
	deadline := time.After(1500 * time.Millisecond)
	for _, p := range running {
		if p.component.name == "etcd" {
			continue
		}
		select {
		case <-p.ended:
		case <-deadline:
			deadline = closed
		}
	}
	for _, p := range running {
		signalIfRunning(p, syscall.SIGKILL)
	}
	for _, p := range running {
		<-p.ended
	}
}

// closed is a deadline that has passed.
var closed = func() <-chan time.Time {
	c := make(chan time.Time)
	close(c)
	return c
}()

// signalIfRunning reaches the process group of a child that has not been waited for, whose number is therefore still its own.
func signalIfRunning(p *process, s syscall.Signal) {
	select {
	case <-p.ended:
	default:
		killGroup(p.command.Process, s)
	}
}

// end stops everything and removes the state; after a failure the logs stay for the user to read.
func (k *keeper) end(keepLogs bool) error {
	k.stopAll()
	defer k.lock.Close()
	if !keepLogs {
		return os.RemoveAll(k.state.dir)
	}
	entries, err := os.ReadDir(k.state.dir)
	if err != nil {
		return nil
	}
	for _, entry := range entries {
		if entry.Name() != "logs" {
			os.RemoveAll(filepath.Join(k.state.dir, entry.Name()))
		}
	}
	return nil
}

func (k *keeper) progress(what string) {
	k.report(fmt.Sprintf("%5.1fs  %s", time.Since(k.start).Seconds(), what))
}

func plainHealth(url string) func(context.Context) error {
	return health(&http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{}}, url)
}

// insecureHealth asks a component that serves a certificate which it made itself at its start.
func insecureHealth(port int) func(context.Context) error {
	client := &http.Client{Timeout: 2 * time.Second, Transport: &http.Transport{TLSClientConfig: &tls.Config{InsecureSkipVerify: true}}}
	return health(client, fmt.Sprintf("https://127.0.0.1:%d/healthz", port))
}

func health(client *http.Client, url string) func(context.Context) error {
	return func(ctx context.Context) error {
		request, err := http.NewRequestWithContext(ctx, "GET", url, nil)
		if err != nil {
			return err
		}
		response, err := client.Do(request)
		if err != nil {
			return err
		}
		defer response.Body.Close()
		if response.StatusCode != http.StatusOK {
			return errors.New(response.Status)
		}
		return nil
	}
}

func nodesReady(client *api, want int) func(context.Context) error {
	return func(ctx context.Context) error {
		var list struct{ Items []nodeState }
		if err := client.call(ctx, "GET", "/api/v1/nodes?resourceVersion=0", nil, &list); err != nil {
			return err
		}
		ready := 0
		for _, node := range list.Items {
			if node.ready() {
				ready++
			}
		}
		if ready < want {
			return fmt.Errorf("%d of %d nodes are Ready", ready, want)
		}
		return nil
	}
}

func lastLines(path string, n int) string {
	data, err := os.ReadFile(path)
	if err != nil || len(bytes.TrimSpace(data)) == 0 {
		return ""
	}
	t := &tail{limit: n}
	for _, line := range strings.Split(strings.TrimRight(string(data), "\n"), "\n") {
		if len(line) > 400 {
			line = line[:400] + "…"
		}
		t.add(line)
	}
	return t.String()
}

// state is what is written down about a cluster.
type state struct {
	Options    options        `json:"options"`
	Version    string         `json:"version"`
	Server     string         `json:"server"`
	Created    time.Time      `json:"created"`
	Components map[string]int `json:"components"` // process ids

	dir string
}

func (h home) dir(name string) string      { return filepath.Join(h.state, name) }
func (h home) lockPath(name string) string { return filepath.Join(h.state, "."+name+".lock") }

func (s state) pki() string            { return filepath.Join(s.dir, "pki") }
func (s state) kubeconfig() string     { return filepath.Join(s.dir, "kubeconfig") }
func (s state) log(name string) string { return filepath.Join(s.dir, "logs", name+".log") }

func (s state) save() error {
	data, err := json.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	temp := filepath.Join(s.dir, "state.json.new")
	if err := os.WriteFile(temp, append(data, '\n'), 0o600); err != nil {
		return err
	}
	return os.Rename(temp, filepath.Join(s.dir, "state.json"))
}

func loadState(h home, name string) (state, error) {
	s := state{dir: h.dir(name)}
	data, err := os.ReadFile(filepath.Join(s.dir, "state.json"))
	if err != nil {
		return s, err
	}
	return s, json.Unmarshal(data, &s)
}

// clearStale removes what a cluster left that ended without its keeper's doing: a crash, kill -9, a reboot. The caller
// holds the lock. The kernel ends the components with the keeper on Linux; elsewhere they may live on, so those whose
// command line names this very state directory are ended here.
func clearStale(h home, name string) error {
	dir := h.dir(name)
	if s, err := loadState(h, name); err == nil {
		for _, pid := range s.Components {
			if pid > 1 && ours(pid, dir) {
				_ = syscall.Kill(-pid, syscall.SIGKILL)
			}
		}
	}
	return os.RemoveAll(dir)
}

// ours tells whether a process id from a file still belongs to a component of the cluster in that directory.
func ours(pid int, dir string) bool {
	out, err := exec.Command("ps", "-ww", "-o", "command=", "-p", fmt.Sprint(pid)).Output()
	return err == nil && strings.Contains(string(out), "="+dir+string(filepath.Separator))
}
