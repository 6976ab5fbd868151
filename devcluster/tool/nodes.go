package main

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"time"
)

// nodeSpec is a node as a user asks for it.
type nodeSpec struct {
	name, cpu, memory, pods, zone string
	labels, taints                []string
}

func defaultNode(name string) nodeSpec {
	return nodeSpec{name: name, cpu: "4", memory: "16Gi", pods: "110"}
}

// object is the Node as a kubelet registers it; the KWOK stages then make it Ready.
func (n nodeSpec) object() (map[string]any, error) {
	labels := map[string]string{
		"kubernetes.io/hostname": n.name, "kubernetes.io/os": "linux", "kubernetes.io/arch": "amd64",
		"beta.kubernetes.io/os": "linux", "beta.kubernetes.io/arch": "amd64",
	}
	if n.zone != "" {
		labels["topology.kubernetes.io/zone"] = n.zone
		labels["topology.kubernetes.io/region"] = "devcluster"
	}
	for _, label := range n.labels {
		key, value, found := strings.Cut(label, "=")
		if !found {
			return nil, failf("--label %s: write it as key=value", label)
		}
		labels[key] = value
	}
	taints := []map[string]string{}
	for _, taint := range n.taints {
		keyValue, effect, found := strings.Cut(taint, ":")
		if !found || (effect != "NoSchedule" && effect != "PreferNoSchedule" && effect != "NoExecute") {
			return nil, failf("--taint %s: write it as key=value:Effect, where Effect is NoSchedule, PreferNoSchedule or NoExecute", taint)
		}
		key, value, _ := strings.Cut(keyValue, "=")
		entry := map[string]string{"key": key, "effect": effect}
		if value != "" {
			entry["value"] = value
		}
		taints = append(taints, entry)
	}
	resources := map[string]string{"cpu": n.cpu, "memory": n.memory, "pods": n.pods, "ephemeral-storage": "100Gi"}
	return map[string]any{
		"apiVersion": "v1", "kind": "Node",
		"metadata": map[string]any{"name": n.name, "labels": labels},
		"spec":     map[string]any{"taints": taints},
		"status":   map[string]any{"capacity": resources, "allocatable": resources},
	}, nil
}

// nodeState is what is read back of a Node.
type nodeState struct {
	Metadata struct{ Name string }
	Spec     struct {
		Taints []struct{ Key string }
	}
	Status struct {
		Conditions []struct{ Type, Status string }
	}
}

// ready is what `kubectl get nodes` calls Ready, and open to the scheduler as well.
func (n nodeState) ready() bool {
	for _, taint := range n.Spec.Taints {
		if strings.HasPrefix(taint.Key, "node.kubernetes.io/") {
			return false
		}
	}
	for _, condition := range n.Status.Conditions {
		if condition.Type == "Ready" {
			return condition.Status == "True"
		}
	}
	return false
}

func nodeCommand(h home, args []string) error {
	var verb, node string
	spec := defaultNode("")
	set := flags("node")
	name := set.String("name", "default", "")
	set.StringVar(&spec.cpu, "cpu", spec.cpu, "")
	set.StringVar(&spec.memory, "memory", spec.memory, "")
	set.StringVar(&spec.pods, "pods", spec.pods, "")
	set.StringVar(&spec.zone, "zone", "", "")
	set.Var((*stringList)(&spec.labels), "label", "")
	set.Var((*stringList)(&spec.taints), "taint", "")
	if err := parse(set, args, &verb, &node); err != nil {
		return err
	}
	if (verb != "add" && verb != "rm") || node == "" {
		return failf("write `devcluster node add NODE` or `devcluster node rm NODE`")
	}
	state, err := runningCluster(h, *name)
	if err != nil {
		return err
	}
	client, err := newAPI(state.Server, state.pki())
	if err != nil {
		return err
	}
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	if verb == "rm" {
		if err := client.call(ctx, "DELETE", "/api/v1/nodes/"+node, nil, nil); err != nil {
			return failf("node rm %s: %v", node, err)
		}
		return nil
	}
	spec.name = node
	object, err := spec.object()
	if err != nil {
		return err
	}
	if err := client.call(ctx, "POST", "/api/v1/nodes", object, nil); err != nil {
		return failf("node add %s: %v", node, err)
	}
	ctx, cancel := context.WithTimeout(ctx, 30*time.Second)
	defer cancel()
	for {
		var current nodeState
		if err := client.call(ctx, "GET", "/api/v1/nodes/"+node, nil, &current); err != nil {
			return failf("node %s was added, but is not Ready yet: %v", node, err)
		}
		if current.ready() {
			fmt.Fprintf(os.Stderr, "Node %s is Ready\n", node)
			return nil
		}
		select {
		case <-ctx.Done():
			return failf("node %s was added, but did not become Ready within 30s; see %s", node, state.log("kwok"))
		case <-time.After(100 * time.Millisecond):
		}
	}
}
