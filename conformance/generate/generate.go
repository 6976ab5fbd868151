// Package generate makes up clusters around a service and its cache, and pods that would like to run there. It looks for
// the corners: requests that are one unit below or above what a node has left, selectors that match almost, fields whose
// presence alone changes the answer.
package generate

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"slices"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"colocatedcache.dev/conformance/cases"
)

// Generator makes cases; the same seed makes the same ones.
type Generator struct {
	*rand.Rand
	// Valid tells whether a kube-apiserver would take the pod; nil: always. Most that it would refuse are given as stored.
	Valid func(*v1.Pod) bool
	seed  uint64
	made  int
	// dials of the cluster at hand
	dials
	// keys are the topology keys that most nodes of the cluster at hand have a label of
	keys       []string
	zones      []string
	closed     string
	nodes      []*v1.Node
	pods       []*v1.Pod
	namespaces []*v1.Namespace
}

// New starts a generator.
func New(seed uint64) *Generator {
	return &Generator{Rand: rand.New(rand.NewPCG(seed, 0x636f6c6f63617465)), seed: seed}
}

// dials say how often something turns up, 0 to 1.
type dials struct {
	crowded, cordoned, tainted, named, selected, fields, ports, tight, unschooled   float64
	finished, terminating, nominated, resized, scalars, initial, podLevel, overhead float64
	spread, affinity, antiAffinity, repelled, features                              float64
	// sparse clusters have few pods, few ones few nodes
	sparse, few bool
}

// background is what a cluster has of everything.
func background() dials {
	return dials{
		crowded: .04, cordoned: .04, tainted: .06, named: .01, selected: .06, fields: .01, ports: .05, tight: .1, unschooled: .04,
		finished: .06, terminating: .08, nominated: .02, resized: .04, scalars: .04, initial: .12, podLevel: .05, overhead: .04,
		spread: .06, affinity: .08, antiAffinity: .08, repelled: .06, features: .02,
	}
}

// themes turn some dials up, so that the earlier filters do not hide the later ones.
var themes = []struct {
	weight int
	turn   func(*dials)
}{
	{4, func(d *dials) { d.cordoned = .5; d.tainted = .3 }},
	{6, func(d *dials) { d.tainted = .85; d.cordoned = .1 }},
	{3, func(d *dials) { d.named = .8; d.cordoned = .15; d.tainted = .1 }},
	{9, func(d *dials) { d.selected = .95; d.fields = .05 }},
	{5, func(d *dials) { d.fields = .85; d.selected = .3; d.cordoned = .2 }},
	{14, func(d *dials) { d.ports = .97; d.initial = .35; d.terminating = .15; d.tight = 0; d.selected = 0 }},
	{5, func(d *dials) { d.tight = .95 }},
	{5, func(d *dials) { d.tight = .95; d.initial = .9 }},
	{8, func(d *dials) { d.tight = .97; d.podLevel = .85; d.overhead = .3; d.initial = .1; d.few = true }},
	{7, func(d *dials) { d.tight = .97; d.resized = .9; d.initial = .1; d.few = true }},
	{5, func(d *dials) {
		d.tight = .97
		d.resized = .95
		d.initial = .95
		d.podLevel, d.overhead = 0, 0
		d.few = true
	}},
	{5, func(d *dials) {
		d.tight = .97
		d.resized = .95
		d.podLevel = .95
		d.initial, d.overhead = 0, 0
		d.few = true
	}},
	{6, func(d *dials) { d.tight = .97; d.scalars = .95; d.few = true }},
	{3, func(d *dials) { d.crowded = .8; d.tight = .3 }},
	{16, func(d *dials) {
		d.spread = 1
		d.terminating = .25
		d.unschooled = .1
		d.tight = 0
		d.selected, d.tainted, d.affinity = .05, .05, 0
	}},
	{10, func(d *dials) {
		d.spread = 1
		d.tainted = .7
		d.unschooled = .02
		d.tight = 0
		d.selected, d.affinity = 0, 0
	}},
	{10, func(d *dials) {
		d.spread = 1
		d.selected = .9
		d.unschooled = .02
		d.tight = 0
		d.tainted, d.affinity = 0, 0
	}},
	{9, func(d *dials) { d.affinity = 1; d.unschooled = .1; d.terminating = .15; d.tight = 0 }},
	{5, func(d *dials) { d.affinity = 1; d.unschooled = .6; d.tight = 0; d.sparse = true }},
	{8, func(d *dials) { d.antiAffinity = 1; d.unschooled = .1; d.tight = 0 }},
	{7, func(d *dials) { d.repelled = .9; d.unschooled = .1; d.tight = 0 }},
	{6, func(d *dials) { d.affinity, d.antiAffinity, d.repelled = .4, .8, .8; d.tight = 0; d.unschooled = .05 }},
	{8, func(d *dials) { d.features = .95; d.tight, d.selected = 0, 0 }},
	{6, func(d *dials) {
		d.nominated = .95
		d.tight = .6
		d.affinity, d.antiAffinity, d.repelled, d.spread = .25, .2, .25, .25
	}},
	{4, func(d *dials) { d.nominated = .95; d.ports = .3; d.tight = .9; d.spread = .2 }},
}

// Next makes one cluster and this many questions about it.
func (g *Generator) Next(questions int) []*cases.Case {
	g.cluster()
	made := make([]*cases.Case, 0, questions)
	for range questions {
		pod, admit := g.incoming()
		if admit && g.Valid != nil && !g.Valid(pod) && !g.chance(.25) {
			admit = false
		}
		id, _ := json.Marshal(fmt.Sprintf("%d-%d", g.seed, g.made))
		g.made++
		made = append(made, &cases.Case{ID: id, Admit: admit, Nodes: g.nodes, Pods: g.pods, Namespaces: g.namespaces, Pod: pod})
	}
	return made
}

func (g *Generator) cluster() {
	g.dials = background()
	total := 0
	for _, theme := range themes {
		total += theme.weight
	}
	at := g.IntN(total)
	for _, theme := range themes {
		if at -= theme.weight; at < 0 {
			theme.turn(&g.dials)
			break
		}
	}
	g.makeNamespaces()
	g.makeNodes()
	if g.spread == 1 && len(g.nodes) > 1 && len(g.nodes) < 50 {
		g.level()
		return
	}
	g.makePods()
}

func (g *Generator) chance(p float64) bool { return g.Float64() < p }

func pick[T any](g *Generator, from ...T) T { return from[g.IntN(len(from))] }

func ptr[T any](v T) *T { return &v }

// namespaces of the made-up cluster; the pods that are asked about live in the first.
var namespaceNames = []string{"shop", "shop-eu", "infra"}

func (g *Generator) makeNamespaces() {
	g.namespaces = nil
	for i, name := range namespaceNames {
		if g.chance(.12) {
			continue
		}
		labels := map[string]string{v1.LabelMetadataName: name}
		if g.chance(.7) {
			labels["team"] = []string{"a", "a", "b"}[i]
		}
		if g.chance(.3) {
			labels["env"] = pick(g, "prod", "test", "")
		}
		g.namespaces = append(g.namespaces, &v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}})
	}
}

const (
	hostname  = v1.LabelHostname
	zone      = v1.LabelTopologyZone
	region    = v1.LabelTopologyRegion
	component = "app.kubernetes.io/component"
	instance  = "app.kubernetes.io/instance"
	hash      = "pod-template-hash"
	track     = "track"
)

func (g *Generator) makeNodes() {
	count := 1 + g.IntN(6)
	switch {
	case g.chance(.006):
		count = 0
	case g.few && g.chance(.8):
		count = 1 + g.IntN(2)
	case g.chance(.09):
		count = 10 + g.IntN(4)
	case g.chance(.0005):
		count = 101
	}
	g.keys = []string{hostname, zone, zone}
	if g.chance(.3) {
		g.keys = append(g.keys, "rack")
	}
	if g.chance(.3) {
		g.keys = append(g.keys, region)
	}
	g.zones = pick(g, []string{"za", "zb"}, []string{"za", "zb", "zc"})
	if g.chance(.15) {
		g.zones = append(slices.Clone(g.zones), "")
	}
	if g.spread == 1 && count < 3 {
		count += 2
	}
	g.nodes = make([]*v1.Node, 0, count)
	tiny := g.chance(.5)
	for i := range count {
		g.nodes = append(g.nodes, g.node(fmt.Sprintf("n%d", i+1), tiny))
	}
}

func (g *Generator) node(name string, tiny bool) *v1.Node {
	labels := map[string]string{}
	if !g.chance(g.unschooled / 3) {
		labels[hostname] = name
	}
	if !g.chance(g.unschooled) {
		labels[zone] = pick(g, g.zones...)
	}
	if has := slices.Contains(g.keys, "rack"); has && !g.chance(g.unschooled) || !has && g.chance(.1) {
		labels["rack"] = pick(g, "r1", "r2", "")
	}
	if has := slices.Contains(g.keys, region); has && !g.chance(g.unschooled) || !has && g.chance(.1) {
		labels[region] = pick(g, "eu", "us")
	}
	if g.chance(.6) {
		labels["disk"] = pick(g, "ssd", "hdd")
	}
	if g.chance(.8 * (g.selected + .1)) {
		labels["gen"] = pick(g, "1", "2", "9", "10", "010", "+5", "-3", "x", "1.5", "", "9223372036854775808")
	}
	node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: name, Labels: labels}}
	if g.chance(g.cordoned) {
		node.Spec.Unschedulable = true
		if g.chance(.6) {
			node.Spec.Taints = append(node.Spec.Taints, v1.Taint{Key: v1.TaintNodeUnschedulable, Effect: v1.TaintEffectNoSchedule})
		}
	} else if g.chance(g.cordoned / 6) {
		node.Spec.Taints = append(node.Spec.Taints, v1.Taint{Key: v1.TaintNodeUnschedulable, Effect: v1.TaintEffectNoSchedule})
	}
	for g.chance(g.tainted * .6) {
		node.Spec.Taints = append(node.Spec.Taints, g.taint()...)
	}
	node.Status.Allocatable = g.allocatable(tiny)
	if g.chance(.5) {
		node.Status.Capacity = node.Status.Allocatable.DeepCopy()
		node.Status.Capacity[v1.ResourceCPU] = quantity("8")
		node.Status.Capacity[v1.ResourceMemory] = quantity("16Gi")
		node.Status.Capacity[v1.ResourcePods] = quantity("110")
	}
	if g.chance(g.features) || g.chance(.05) {
		node.Status.DeclaredFeatures = pick(g, []string{restartAll}, []string{userNamespaces}, []string{restartAll, userNamespaces}, []string{"Other"}, []string{"Other", restartAll})
	}
	return node
}

const (
	restartAll     = "RestartAllContainersOnContainerExits"
	userNamespaces = "UserNamespacesHostNetworkSupport"
)

func (g *Generator) taint() []v1.Taint {
	effect := pick(g, v1.TaintEffectNoSchedule, v1.TaintEffectNoSchedule, v1.TaintEffectNoExecute, v1.TaintEffectPreferNoSchedule)
	switch g.IntN(9) {
	case 0:
		return []v1.Taint{{Key: v1.TaintNodeNotReady, Effect: v1.TaintEffectNoExecute}}
	case 1:
		return []v1.Taint{{Key: v1.TaintNodeUnreachable, Effect: v1.TaintEffectNoExecute}}
	case 2:
		return []v1.Taint{{Key: v1.TaintNodeNotReady, Effect: v1.TaintEffectNoSchedule}, {Key: v1.TaintNodeNotReady, Effect: v1.TaintEffectNoExecute}}
	case 3:
		return []v1.Taint{{Key: "spot", Effect: effect}}
	case 4, 5:
		return []v1.Taint{{Key: "level", Value: pick(g, "1", "5", "9"), Effect: effect}}
	default:
		return []v1.Taint{{Key: "dedicated", Value: pick(g, "cache", "batch", ""), Effect: effect}}
	}
}

func (g *Generator) toleration() v1.Toleration {
	effect := pick(g, v1.TaintEffectNoSchedule, v1.TaintEffectNoSchedule, v1.TaintEffectNoExecute, "", "", v1.TaintEffectPreferNoSchedule)
	switch g.IntN(14) {
	case 0:
		return v1.Toleration{Operator: v1.TolerationOpExists}
	case 1:
		return v1.Toleration{Operator: v1.TolerationOpExists, Effect: effect}
	case 2, 3:
		return v1.Toleration{Key: v1.TaintNodeUnschedulable, Operator: v1.TolerationOpExists, Effect: effect}
	case 4:
		return v1.Toleration{Key: v1.TaintNodeNotReady, Operator: v1.TolerationOpExists, Effect: effect}
	case 5:
		return v1.Toleration{Key: "spot", Operator: pick(g, v1.TolerationOpExists, v1.TolerationOpEqual, ""), Effect: effect}
	case 6:
		return v1.Toleration{Key: "level", Operator: pick(g, v1.TolerationOpGt, v1.TolerationOpLt, v1.TolerationOpEqual, ""), Value: pick(g, "1", "5"), Effect: effect}
	case 7:
		return v1.Toleration{Key: "level", Operator: pick(g, v1.TolerationOpGt, v1.TolerationOpLt), Value: "5"}
	case 8:
		return v1.Toleration{Key: "dedicated", Operator: v1.TolerationOpExists, Effect: effect}
	default:
		return v1.Toleration{Key: "dedicated", Operator: pick(g, v1.TolerationOpEqual, ""), Value: pick(g, "cache", "cache", "batch", ""), Effect: effect}
	}
}
