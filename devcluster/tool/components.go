package main

import (
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// The cluster's networks. Nothing listens on them; pods and Services just need addresses. Room for 32768 nodes of 254 pods.
const (
	serviceCIDR = "10.96.0.0/16"
	serviceIP   = "10.96.0.1"
	podCIDR     = "10.128.0.0/9"
)

// options are what a user may choose about a cluster.
type options struct {
	Name      string        `json:"name"`
	Kube      string        `json:"kube"` // the minor version
	Nodes     int           `json:"nodes"`
	Audit     bool          `json:"audit"`
	NodeGrace time.Duration `json:"nodeGrace"` // 0: the controller-manager's default
	Emulate   string        `json:"emulate"`   // the minor version whose features the control plane has; empty: its own
}

// component is one process of the control plane.
type component struct {
	name string
	path string
	args []string
	env  []string
}

// ports are on loopback, one set a cluster.
type ports struct {
	Etcd, EtcdPeer, APIServer, ControllerManager, Scheduler, Kubelet int
}

func (p *ports) all() []*int {
	return []*int{&p.Etcd, &p.EtcdPeer, &p.APIServer, &p.ControllerManager, &p.Scheduler, &p.Kubelet}
}

func (p ports) server() string { return fmt.Sprintf("https://127.0.0.1:%d", p.APIServer) }

func etcd(b binaries, dir string, p ports) component {
	client := fmt.Sprintf("http://127.0.0.1:%d", p.Etcd)
	peer := fmt.Sprintf("http://127.0.0.1:%d", p.EtcdPeer)
	return component{name: "etcd", path: filepath.Join(b.libexec, "etcd"), args: []string{
		"--name=devcluster", "--data-dir=" + filepath.Join(dir, "etcd"),
		"--listen-client-urls=" + client, "--advertise-client-urls=" + client,
		"--listen-peer-urls=" + peer, "--initial-advertise-peer-urls=" + peer, "--initial-cluster=devcluster=" + peer,
		// The data does not outlive the cluster, so nothing is gained by waiting for the disk.
		"--unsafe-no-fsync",
		"--auto-compaction-mode=periodic", "--auto-compaction-retention=5m", "--quota-backend-bytes=2147483648",
		"--logger=zap", "--log-level=warn",
	}}
}

func kubeAPIServer(b binaries, dir string, p ports, o options) component {
	pki := filepath.Join(dir, "pki")
	args := []string{
		"--bind-address=127.0.0.1", "--advertise-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.APIServer),
		// A loopback address is no valid endpoint of the Service `kubernetes`; the reconciler would complain for ever.
		"--endpoint-reconciler-type=none",
		fmt.Sprintf("--etcd-servers=http://127.0.0.1:%d", p.Etcd),
		"--tls-cert-file=" + filepath.Join(pki, "apiserver.crt"), "--tls-private-key-file=" + filepath.Join(pki, "apiserver.key"),
		"--client-ca-file=" + filepath.Join(pki, "ca.crt"),
		"--authorization-mode=RBAC", "--allow-privileged=true",
		"--service-account-issuer=https://kubernetes.default.svc.cluster.local",
		"--service-account-key-file=" + filepath.Join(pki, "sa.pub"),
		"--service-account-signing-key-file=" + filepath.Join(pki, "sa.key"),
		"--service-cluster-ip-range=" + serviceCIDR,
		"--kubelet-preferred-address-types=InternalDNS",
		"--shutdown-delay-duration=0s", "--profiling=false",
	}
	if o.Audit {
		args = append(args, "--audit-policy-file="+filepath.Join(dir, "audit-policy.yaml"),
			"--audit-log-path="+filepath.Join(dir, "audit.log"), "--audit-log-maxsize=1024", "--audit-log-maxbackup=2")
	}
	return component{name: "kube-apiserver", path: filepath.Join(b.libexec, "kube-apiserver"), args: append(args, emulated(o)...)}
}

// emulated has a component behave as an older version of itself.
func emulated(o options) []string {
	if o.Emulate == "" {
		return nil
	}
	return []string{"--emulated-version=" + o.Emulate}
}

const auditPolicy = `apiVersion: audit.k8s.io/v1
kind: Policy
omitStages: [RequestReceived]
rules:
- level: Metadata
`

func kubeControllerManager(b binaries, dir string, p ports, o options) component {
	pki := filepath.Join(dir, "pki")
	args := []string{
		"--kubeconfig=" + filepath.Join(pki, "kube-controller-manager.kubeconfig"),
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.ControllerManager),
		"--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics",
		"--leader-elect=false",
		// Each controller acts under its own RBAC, as on a real cluster.
		"--use-service-account-credentials=true",
		"--service-account-private-key-file=" + filepath.Join(pki, "sa.key"), "--root-ca-file=" + filepath.Join(pki, "ca.crt"),
		"--cluster-signing-cert-file=" + filepath.Join(pki, "ca.crt"), "--cluster-signing-key-file=" + filepath.Join(pki, "ca.key"),
		"--allocate-node-cidrs=true", "--cluster-cidr=" + podCIDR, "--service-cluster-ip-range=" + serviceCIDR,
		// 15 s by default, which is only waiting for a test.
		"--horizontal-pod-autoscaler-sync-period=3s",
		// Its own throttle (20 a second) is made for clusters that have other things to do.
		"--kube-api-qps=300", "--kube-api-burst=600", "--profiling=false",
	}
	if o.NodeGrace > 0 {
		args = append(args, "--node-monitor-grace-period="+o.NodeGrace.String())
	}
	return component{name: "kube-controller-manager", path: filepath.Join(b.libexec, "kube-controller-manager"), args: append(args, emulated(o)...)}
}

func kubeScheduler(b binaries, dir string, p ports, o options) component {
	pki := filepath.Join(dir, "pki")
	return component{name: "kube-scheduler", path: filepath.Join(b.libexec, "kube-scheduler"), args: append([]string{
		"--kubeconfig=" + filepath.Join(pki, "kube-scheduler.kubeconfig"),
		"--bind-address=127.0.0.1", fmt.Sprintf("--secure-port=%d", p.Scheduler),
		"--authorization-always-allow-paths=/healthz,/readyz,/livez,/metrics",
		"--leader-elect=false", "--kube-api-qps=300", "--kube-api-burst=600", "--profiling=false",
	}, emulated(o)...)}
}

func kwok(b binaries, dir string, p ports) component {
	pki := filepath.Join(dir, "pki")
	return component{name: "kwok", path: b.kwok, args: []string{
		"--kubeconfig=" + filepath.Join(pki, "kwok.kubeconfig"),
		"--config=" + filepath.Join(dir, "kwok.yaml"),
		"--manage-all-nodes=true", "--node-lease-duration-seconds=40",
		"--cidr=10.127.0.0/16",
		// The port of all kubelets, which the API server asks for logs.
		fmt.Sprintf("--node-port=%d", p.Kubelet), fmt.Sprintf("--server-address=127.0.0.1:%d", p.Kubelet),
		"--tls-cert-file=" + filepath.Join(pki, "kubelet.crt"), "--tls-private-key-file=" + filepath.Join(pki, "kubelet.key"),
	}, env: []string{"KWOK_WORKDIR=" + filepath.Join(dir, "kwok")}}
}

// kwokConfig joins the stages into the one file that KWOK reads.
func kwokConfig(h home, b binaries, dir string) ([]byte, error) {
	files, err := filepath.Glob(filepath.Join(h.source, "stages", "*.yaml"))
	if err != nil {
		return nil, err
	}
	if len(files) == 0 {
		return nil, failf("there are no KWOK stages in %s", filepath.Join(h.source, "stages"))
	}
	config := `apiVersion: config.kwok.x-k8s.io/v1alpha1
kind: KwokConfiguration
options:
  podPlayStageParallelism: 16
  nodePlayStageParallelism: 8
  nodeLeaseParallelism: 4
  enableDebuggingHandlers: true
  enableProfilingHandler: false
---
apiVersion: kwok.x-k8s.io/v1alpha1
kind: ClusterLogs
metadata:
  name: no-containers
spec:
  logs:
  - logsFile: ` + filepath.Join(dir, "container.log") + `
    previousLogsFile: ` + filepath.Join(dir, "container.log") + `
`
	for _, file := range files {
		data, err := os.ReadFile(file)
		if err != nil {
			return nil, err
		}
		config += "---\n" + strings.TrimSuffix(strings.TrimSpace(string(data)), "---") + "\n"
	}
	return []byte(strings.ReplaceAll(config, "KUBERNETES_VERSION", b.kube.version)), nil
}

// containerLog is what `kubectl logs` shows, in the format that container runtimes write.
func containerLog(now time.Time) []byte {
	return []byte(now.UTC().Format(time.RFC3339Nano) + " stdout F devcluster runs no containers: this pod writes no log\n")
}

// kwokRole is what the stand-in for the kubelets may do: what kubelets do.
var kwokRole = map[string]any{
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRole",
	"metadata": map[string]any{"name": "devcluster:kwok"},
	"rules": []map[string]any{
		{"apiGroups": []string{""}, "resources": []string{"nodes"}, "verbs": []string{"get", "list", "watch"}},
		{"apiGroups": []string{""}, "resources": []string{"nodes/status"}, "verbs": []string{"patch", "update"}},
		{"apiGroups": []string{""}, "resources": []string{"pods"}, "verbs": []string{"get", "list", "watch", "delete"}},
		{"apiGroups": []string{""}, "resources": []string{"pods/status"}, "verbs": []string{"patch", "update"}},
		{"apiGroups": []string{"", "events.k8s.io"}, "resources": []string{"events"}, "verbs": []string{"create", "patch", "update"}},
		{"apiGroups": []string{"coordination.k8s.io"}, "resources": []string{"leases"}, "verbs": []string{"get", "list", "watch", "create", "update", "patch"}},
	},
}

const kwokUser = "devcluster:kwok"

var kwokBinding = map[string]any{
	"apiVersion": "rbac.authorization.k8s.io/v1", "kind": "ClusterRoleBinding",
	"metadata": map[string]any{"name": "devcluster:kwok"},
	"roleRef":  map[string]any{"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "devcluster:kwok"},
	"subjects": []map[string]any{{"apiGroup": "rbac.authorization.k8s.io", "kind": "User", "name": kwokUser}},
}
