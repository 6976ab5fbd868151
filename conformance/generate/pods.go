package generate

import (
	"fmt"
	"time"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

var longAgo = metav1.NewTime(time.Date(2026, 1, 1, 0, 0, 0, 0, time.UTC))

func (g *Generator) labels() map[string]string {
	labels := map[string]string{}
	if g.chance(.5) {
		labels[component], labels[instance] = pick(g, "redis", "redis", "service"), "checkout"
		if g.chance(.7) {
			labels[hash] = pick(g, "h1", "h1", "h2")
		}
		return labels
	}
	if g.chance(.95) {
		labels[component] = pick(g, "service", "redis", "redis", "batch")
	}
	if g.chance(.9) {
		labels[instance] = pick(g, "checkout", "checkout", "cart")
	}
	if g.chance(.6) {
		labels[hash] = pick(g, "h1", "h2")
	}
	if g.chance(.25) {
		labels[track] = pick(g, "stable", "canary", "")
	}
	return labels
}

func (g *Generator) makePods() {
	g.pods = nil
	if len(g.nodes) == 0 {
		return
	}
	count := g.IntN(9)
	switch {
	case g.spread == 1:
		count = 2 + g.IntN(10)
	case g.affinity+g.antiAffinity+g.repelled > .9:
		count = 1 + g.IntN(7)
	case g.ports > .5:
		count = 2 + g.IntN(6)
	}
	if g.sparse {
		count = 1 + g.IntN(3)
	}
	if len(g.nodes) > 50 {
		count = 5
	}
	for i := range count {
		g.pods = append(g.pods, g.existing(fmt.Sprintf("p%d", i)))
	}
}

// level fills the zones of a cluster evenly with pods that a spread constraint counts, or nearly so, but for one zone that
// stands out: empty, and closed to pods by its taint, its disks, a missing label, or not at all. There it matters whether
// that zone's zero is the minimum, and how many zones there are.
func (g *Generator) level() {
	closed := g.IntN(len(g.zones))
	means := pick(g, "taint", "taint", "disk", "disk", "label", "cordon", "open", "none", "none", "none")
	if g.tainted > .5 {
		means = pick(g, "taint", "taint", "taint", "open", "none")
	} else if g.selected > .5 {
		means = pick(g, "disk", "disk", "disk", "open", "none")
	}
	g.closed = means
	other := pick(g, g.keys...)
	for i, node := range g.nodes {
		at := i % len(g.zones)
		if _, ok := node.Labels[zone]; ok {
			node.Labels[zone] = g.zones[at]
		}
		node.Labels["disk"] = "ssd"
		if at != closed {
			if g.chance(.7) {
				node.Spec.Taints = nil
			}
			continue
		}
		switch means {
		case "taint":
			node.Spec.Taints = append(node.Spec.Taints, v1.Taint{Key: "dedicated", Value: "batch", Effect: pick(g, v1.TaintEffectNoSchedule, v1.TaintEffectNoExecute)})
		case "disk":
			node.Labels["disk"] = "hdd"
		case "label":
			if other != zone {
				delete(node.Labels, other)
			}
		case "cordon":
			node.Spec.Unschedulable = true
		}
	}
	g.pods = nil
	base := pick(g, 0, 1, 1, 1, 2)
	for i, node := range g.nodes {
		at := i % len(g.zones)
		want := pick(g, base, base, base, base+1)
		if at == closed && means != "none" {
			want = pick(g, 0, 0, 0, 1)
		}
		if i >= len(g.zones) {
			want = pick(g, 0, 0, 0, 1)
		}
		for range want {
			pod := g.existing(fmt.Sprintf("p%d", len(g.pods)))
			pod.Labels = map[string]string{component: pick(g, "redis", "redis", "redis", "service"), instance: "checkout", hash: pick(g, "h1", "h1", "h2")}
			pod.Namespace = pick(g, "shop", "shop", "shop", "shop", "shop", "shop", "infra")
			if pod.Spec.NodeName != "" && pod.Spec.NodeName != "gone" {
				pod.Spec.NodeName = node.Name
			}
			g.pods = append(g.pods, pod)
		}
	}
}

func (g *Generator) existing(name string) *v1.Pod {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: name, Namespace: pick(g, "shop", "shop", "shop", "shop", "shop", "shop-eu", "infra"), Labels: g.labels()}}
	pod.Spec.Containers = []v1.Container{{Name: "a"}}
	// Some nodes are fuller than others.
	pod.Spec.NodeName = g.nodes[min(g.IntN(len(g.nodes)), g.IntN(len(g.nodes)))].Name
	pod.Status.Phase = pick(g, v1.PodRunning, v1.PodRunning, v1.PodRunning, v1.PodRunning, v1.PodPending, v1.PodUnknown, "")
	switch {
	case g.chance(g.finished):
		pod.Status.Phase = pick(g, v1.PodSucceeded, v1.PodFailed)
	case g.chance(g.terminating):
		pod.DeletionTimestamp = longAgo.DeepCopy()
		pod.DeletionGracePeriodSeconds = ptr(int64(30))
	}
	switch {
	case g.chance(.03):
		pod.Spec.NodeName = "gone"
	case g.chance(.03):
		pod.Spec.SchedulerName = "other"
	case g.chance(.03):
		pod.Annotations = map[string]string{"kubernetes.io/config.mirror": "x"}
	}
	g.existingRequests(pod)
	if g.chance(g.ports * .8) {
		g.hostPorts(pod, false)
	}
	if g.chance(g.repelled) {
		pod.Spec.Affinity = &v1.Affinity{PodAntiAffinity: &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: g.terms(1+g.IntN(2), false)}}
	}
	if g.chance(g.affinity * .15) {
		if pod.Spec.Affinity == nil {
			pod.Spec.Affinity = &v1.Affinity{}
		}
		pod.Spec.Affinity.PodAffinity = &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: g.terms(1, false)}
	}
	if g.chance(g.nominated) && g.chance(.6) {
		pod.Spec.NodeName = ""
		pod.Status.Phase = v1.PodPending
		if g.chance(.1) {
			pod.Status.Phase = ""
		}
		pod.Status.NominatedNodeName = pick(g, g.nodes...).Name
		pod.Spec.SchedulerName = pick(g, v1.DefaultSchedulerName, v1.DefaultSchedulerName, v1.DefaultSchedulerName, "other")
		if g.chance(.7) {
			pod.Spec.Priority = ptr(pick(g, int32(0), 5, 10, -10, -10))
		}
		if g.chance(.05) {
			pod.Spec.SchedulingGates = []v1.PodSchedulingGate{{Name: "example.com/wait"}}
		}
	} else if g.chance(.02) {
		pod.Spec.NodeName = ""
	}
	return pod
}

func (g *Generator) existingRequests(pod *v1.Pod) {
	first := &pod.Spec.Containers[0]
	ask := func(name v1.ResourceName, n int64) {
		if g.chance(g.initial*.7) || g.chance(g.podLevel*.7) || g.chance(g.overhead*.8) {
			g.wish(pod, name, n)
			return
		}
		request(first, name, n, false)
	}
	if g.chance(.8) {
		ask(v1.ResourceCPU, int64(1+g.IntN(8))*pick(g, int64(50), 125))
	}
	if g.chance(.7) {
		ask(v1.ResourceMemory, int64(1+g.IntN(8))*pick(g, 32*mebi, 100_000_000))
	}
	if g.chance(.1) {
		request(first, v1.ResourceEphemeralStorage, 512*mebi, false)
	}
	if g.chance(g.scalars * .7) {
		request(first, pick(g, gpu, nic, attachable, attachable, native, native, unprefixed), int64(1+g.IntN(2)), false)
		if g.chance(.4) {
			request(first, hugePages, 32*mebi, false)
		}
	}
	if len(pod.Spec.InitContainers) > 0 && g.chance(.5-g.resized*.35) {
		for _, c := range pod.Spec.InitContainers {
			pod.Status.InitContainerStatuses = append(pod.Status.InitContainerStatuses, v1.ContainerStatus{
				Name: c.Name, State: v1.ContainerState{Terminated: &v1.ContainerStateTerminated{ExitCode: 0}},
			})
		}
	} else if g.chance(g.resized) {
		g.resize(pod)
	}
}

// hostPorts gives the pod ports of its node.
func (g *Generator) hostPorts(pod *v1.Pod, incoming bool) {
	port := func() v1.ContainerPort {
		p := v1.ContainerPort{
			ContainerPort: 6379,
			HostPort:      pick(g, int32(6379), 6379, 8080),
			Protocol:      pick(g, v1.ProtocolTCP, v1.ProtocolTCP, v1.ProtocolTCP, v1.ProtocolUDP, v1.ProtocolSCTP, ""),
			HostIP:        pick(g, "", "", "0.0.0.0", "127.0.0.1", "127.0.0.1", "10.0.0.1", "::", "::1"),
		}
		p.ContainerPort = p.HostPort
		return p
	}
	first := &pod.Spec.Containers[0]
	first.Ports = append(first.Ports, port())
	switch g.IntN(6) {
	case 0:
		first.Ports = append(first.Ports, port())
	case 1:
		first.Ports = append(first.Ports, v1.ContainerPort{ContainerPort: 9090})
	}
	if g.chance(g.initial) {
		c := g.initContainer(pod, g.chance(.6))
		c.Ports = append(c.Ports, port())
		if g.chance(.6) {
			first.Ports = nil
		}
	}
	if incoming && g.chance(.15) { // twice the same: refused by validation, so as stored only
		first.Ports = append(first.Ports, first.Ports...)
	}
	if incoming && g.chance(.3) {
		pod.Spec.HostNetwork = true
		c := &pod.Spec.Containers[0]
		c.Ports = []v1.ContainerPort{{ContainerPort: pick(g, int32(6379), 8080), Protocol: pick(g, v1.ProtocolTCP, v1.ProtocolUDP, "")}}
		if g.chance(.3) {
			c.Ports[0].HostPort = c.Ports[0].ContainerPort
		}
		for i := range pod.Spec.InitContainers {
			for j := range pod.Spec.InitContainers[i].Ports {
				p := &pod.Spec.InitContainers[i].Ports[j]
				p.HostPort = p.ContainerPort
			}
		}
	}
}

const incomingName = "x"

// incoming makes a pod to judge, and whether it is as a user writes it.
func (g *Generator) incoming() (*v1.Pod, bool) {
	pod := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: incomingName, Namespace: "shop", Labels: g.labels()}}
	if g.chance(.1) {
		pod.Namespace = pick(g, "shop-eu", "infra")
	}
	if g.spread == 1 && g.chance(.8) {
		pod.Labels = map[string]string{component: pick(g, "redis", "redis", "service"), instance: "checkout", hash: pick(g, "h1", "h2")}
	}
	pod.Spec.Containers = []v1.Container{{Name: "a", Image: "i"}}
	admit := g.chance(.6)
	for g.chance(.25+g.tainted*.35+g.cordoned*.3) && (g.spread < 1 || g.chance(.4)) {
		pod.Spec.Tolerations = append(pod.Spec.Tolerations, g.toleration())
	}
	if g.chance(.35 + g.nominated*.3) {
		pod.Spec.Priority = ptr(pick(g, int32(0), 10, 5, -10))
	}
	if g.chance(g.named) {
		pod.Spec.NodeName = pick(g, "n1", "n1", "n2", "n3", "gone")
	}
	g.nodeAffinity(pod)
	if g.chance(g.ports) {
		g.hostPorts(pod, true)
	}
	g.incomingRequests(pod)
	if g.chance(g.spread) {
		g.spreadConstraints(pod)
	}
	if g.chance(g.affinity) {
		affinity(pod).PodAffinity = &v1.PodAffinity{RequiredDuringSchedulingIgnoredDuringExecution: g.terms(pick(g, 1, 1, 1, 2, 2, 3), true)}
	}
	if g.chance(g.antiAffinity) {
		affinity(pod).PodAntiAffinity = &v1.PodAntiAffinity{RequiredDuringSchedulingIgnoredDuringExecution: g.terms(pick(g, 1, 1, 2), true)}
	}
	if g.chance(.03) {
		affinity(pod).PodAntiAffinity = &v1.PodAntiAffinity{PreferredDuringSchedulingIgnoredDuringExecution: []v1.WeightedPodAffinityTerm{{Weight: 1, PodAffinityTerm: g.terms(1, true)[0]}}}
	}
	if g.chance(g.features) {
		g.declaredFeatures(pod)
	}
	return pod, admit
}

func affinity(pod *v1.Pod) *v1.Affinity {
	if pod.Spec.Affinity == nil {
		pod.Spec.Affinity = &v1.Affinity{}
	}
	return pod.Spec.Affinity
}

func (g *Generator) declaredFeatures(pod *v1.Pod) {
	if g.chance(.65) {
		c := &pod.Spec.Containers[0]
		if g.chance(.3) {
			c = g.initContainer(pod, g.chance(.5))
		}
		c.RestartPolicyRules = []v1.ContainerRestartRule{{
			Action:    pick(g, v1.ContainerRestartRuleActionRestartAllContainers, v1.ContainerRestartRuleActionRestart),
			ExitCodes: &v1.ContainerRestartRuleOnExitCodes{Operator: v1.ContainerRestartRuleOnExitCodesOpIn, Values: []int32{42}},
		}}
		if c.RestartPolicy == nil {
			c.RestartPolicy = ptr(v1.ContainerRestartPolicyNever)
		}
	}
	if g.chance(.5) {
		pod.Spec.HostNetwork = g.chance(.8)
		pod.Spec.HostUsers = ptr(g.chance(.25))
	}
}

// incomingRequests aims at what some node has left, or at what it has at all, and just misses or just hits it.
func (g *Generator) incomingRequests(pod *v1.Pod) {
	first := &pod.Spec.Containers[0]
	if len(g.nodes) == 0 || !g.chance(g.tight) {
		if g.chance(.75) {
			if g.chance(g.initial + g.podLevel + g.overhead) {
				g.wish(pod, v1.ResourceCPU, int64(1+g.IntN(4))*50)
			} else {
				request(first, v1.ResourceCPU, int64(1+g.IntN(4))*25, g.chance(.2))
			}
		}
		if g.chance(.5) {
			request(first, v1.ResourceMemory, int64(1+g.IntN(4))*16*mebi, g.chance(.2))
		}
		if g.chance(g.scalars) {
			request(first, gpu, int64(g.IntN(2)), false)
		}
		return
	}
	names := []v1.ResourceName{v1.ResourceCPU, v1.ResourceMemory}
	if g.chance(.5) {
		names = names[g.IntN(2):][:1]
	}
	if g.chance(.15) {
		names = append(names, v1.ResourceEphemeralStorage)
	}
	if g.chance(g.scalars) {
		names = nil
		if g.chance(.3) {
			names = append(names, v1.ResourceCPU)
		}
		for _, name := range []v1.ResourceName{gpu, nic, attachable, native, hugePages} {
			if g.chance(.3) {
				names = append(names, name)
			}
		}
		if g.chance(.3) {
			names = append(names, unprefixed)
		}
	}
	for _, name := range names {
		node := pick(g, g.nodes...)
		left := g.left(node, name)
		n := left + pick(g, int64(0), 0, 1, 1, -1)
		switch g.IntN(10) {
		case 0:
			n = count(name, node.Status.Allocatable[name]) + pick(g, int64(0), 1)
		case 1:
			n = left/2 + 1
		case 2:
			n = left + 1 + g.Int64N(100)
		case 3:
			n = 0
		}
		if name == hugePages {
			n = (max(n, 0) + 2*mebi - 1) / (2 * mebi) * 2 * mebi
			if len(pod.Spec.Containers[0].Resources.Requests) == 0 {
				request(first, v1.ResourceCPU, 1, false)
			}
		}
		g.wish(pod, name, n)
	}
}

func (g *Generator) requirement(fields bool) v1.NodeSelectorRequirement {
	if fields {
		r := v1.NodeSelectorRequirement{Key: metav1.ObjectNameField, Operator: pick(g, v1.NodeSelectorOpIn, v1.NodeSelectorOpIn, v1.NodeSelectorOpIn, v1.NodeSelectorOpNotIn), Values: []string{pick(g, "n1", "n2", "n3", "gone")}}
		if g.chance(.06) {
			r.Values = append(r.Values, "n4")
		}
		return r
	}
	key := pick(g, "disk", "disk", zone, "rack", "gen", "gen", "gen", region)
	values := map[string][]string{"disk": {"ssd", "hdd"}, zone: {"za", "zb", "zc", ""}, "rack": {"r1", "r2", ""}, "gen": {"1", "2", "9", "5", "10", "010", "-4"}, region: {"eu", "us"}}[key]
	r := v1.NodeSelectorRequirement{Key: key, Operator: pick(g, v1.NodeSelectorOpIn, v1.NodeSelectorOpIn, v1.NodeSelectorOpNotIn, v1.NodeSelectorOpNotIn, v1.NodeSelectorOpExists, v1.NodeSelectorOpDoesNotExist)}
	if key == "gen" && g.chance(.8) {
		r.Operator = pick(g, v1.NodeSelectorOpGt, v1.NodeSelectorOpLt)
	}
	switch r.Operator {
	case v1.NodeSelectorOpGt, v1.NodeSelectorOpLt:
		r.Values = []string{pick(g, values...)}
		if g.chance(.1) {
			r.Values = []string{pick(g, "x", "1.5", "")}
		}
	case v1.NodeSelectorOpIn, v1.NodeSelectorOpNotIn:
		r.Values = []string{pick(g, values...)}
		if g.chance(.3) {
			r.Values = append(r.Values, pick(g, values...))
		}
	}
	// What validation refuses and the scheduler has an answer for all the same.
	switch {
	case g.chance(.02):
		r.Values = nil
	case g.chance(.02):
		r.Operator = "Near"
	}
	return r
}

func (g *Generator) nodeAffinity(pod *v1.Pod) {
	if g.chance(g.selected * .4) {
		pod.Spec.NodeSelector = map[string]string{}
		switch g.IntN(4) {
		case 0:
			pod.Spec.NodeSelector[zone] = pick(g, "za", "zb")
		case 1:
			pod.Spec.NodeSelector["rack"] = pick(g, "r1", "")
		case 2:
			pod.Spec.NodeSelector["gen"] = pick(g, "10", "1")
		default:
			pod.Spec.NodeSelector["disk"] = pick(g, "ssd", "hdd")
		}
	}
	if g.spread == 1 && g.chance(.85) {
		if g.closed == "disk" {
			pod.Spec.NodeSelector = map[string]string{"disk": "ssd"}
		}
		return
	}
	byField := g.chance(g.fields)
	if byField && g.chance(.08) { // names that no node can have both of
		one := v1.NodeSelectorRequirement{Key: metav1.ObjectNameField, Operator: v1.NodeSelectorOpIn, Values: []string{"n1"}}
		other := *one.DeepCopy()
		other.Values = []string{"n2"}
		affinity(pod).NodeAffinity = &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: &v1.NodeSelector{
			NodeSelectorTerms: []v1.NodeSelectorTerm{{MatchFields: []v1.NodeSelectorRequirement{one, other}}},
		}}
		return
	}
	if !byField && !g.chance(g.selected*.75) {
		return
	}
	selector := &v1.NodeSelector{}
	if !g.chance(.03) {
		for range pick(g, 1, 1, 2, 2, 3) {
			selector.NodeSelectorTerms = append(selector.NodeSelectorTerms, g.nodeTerm(byField && g.chance(.85)))
		}
	} else {
		selector.NodeSelectorTerms = []v1.NodeSelectorTerm{}
	}
	affinity(pod).NodeAffinity = &v1.NodeAffinity{RequiredDuringSchedulingIgnoredDuringExecution: selector}
}

func (g *Generator) nodeTerm(byField bool) v1.NodeSelectorTerm {
	term := v1.NodeSelectorTerm{}
	if g.chance(.08) {
		return term
	}
	if byField {
		term.MatchFields = append(term.MatchFields, g.requirement(true))
		if g.chance(.3) {
			term.MatchFields = append(term.MatchFields, g.requirement(true))
		}
	}
	if !byField || g.chance(.3) {
		for range pick(g, 1, 1, 2) {
			term.MatchExpressions = append(term.MatchExpressions, g.requirement(false))
		}
	}
	return term
}

// selector makes a label selector of pods.
func (g *Generator) selector() *metav1.LabelSelector {
	switch n := g.IntN(24); {
	case n == 0:
		return nil
	case n == 1:
		return &metav1.LabelSelector{}
	case n > 19:
		return &metav1.LabelSelector{MatchLabels: map[string]string{instance: "checkout"}}
	case n < 8:
		return &metav1.LabelSelector{MatchLabels: map[string]string{component: pick(g, "service", "redis", "redis")}}
	case n < 12:
		return &metav1.LabelSelector{MatchLabels: map[string]string{component: pick(g, "service", "redis", "redis"), instance: "checkout"}}
	case n < 13:
		return &metav1.LabelSelector{MatchLabels: map[string]string{zone: pick(g, "za", "zb")}}
	default:
		r := metav1.LabelSelectorRequirement{
			Key:      pick(g, component, component, instance, track, hash),
			Operator: pick(g, metav1.LabelSelectorOpIn, metav1.LabelSelectorOpNotIn, metav1.LabelSelectorOpExists, metav1.LabelSelectorOpDoesNotExist),
		}
		if r.Operator == metav1.LabelSelectorOpIn || r.Operator == metav1.LabelSelectorOpNotIn {
			r.Values = map[string][]string{component: {"redis", "service"}, instance: {"checkout", "cart"}, track: {"canary", ""}, hash: {"h1", "h2"}}[r.Key][:1+g.IntN(2)]
		}
		s := &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{r}}
		if g.chance(.3) {
			s.MatchLabels = map[string]string{component: pick(g, "service", "redis")}
		}
		return s
	}
}

// spreadSelector most often selects what level has laid out.
func (g *Generator) spreadSelector() *metav1.LabelSelector {
	switch n := g.IntN(10); {
	case g.nominated > .5 && n < 3:
		return &metav1.LabelSelector{}
	case n < 5:
		return &metav1.LabelSelector{MatchLabels: map[string]string{instance: "checkout"}}
	case n < 7:
		return &metav1.LabelSelector{MatchLabels: map[string]string{component: "redis"}}
	default:
		return g.selector()
	}
}

func (g *Generator) namespaceSelector() *metav1.LabelSelector {
	switch g.IntN(7) {
	case 0, 6:
		return &metav1.LabelSelector{}
	case 1:
		return &metav1.LabelSelector{MatchLabels: map[string]string{"env": "prod"}}
	case 2:
		return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "team", Operator: metav1.LabelSelectorOpNotIn, Values: []string{"b"}}}}
	case 3:
		return &metav1.LabelSelector{MatchLabels: map[string]string{v1.LabelMetadataName: pick(g, namespaceNames...)}}
	default:
		return &metav1.LabelSelector{MatchLabels: map[string]string{"team": pick(g, "a", "a", "b")}}
	}
}

// terms makes required terms of pod affinity or anti-affinity.
func (g *Generator) terms(count int, incoming bool) []v1.PodAffinityTerm {
	terms := make([]v1.PodAffinityTerm, 0, count)
	for range count {
		term := v1.PodAffinityTerm{TopologyKey: g.topologyKey(), LabelSelector: g.selector()}
		if g.chance(.25) {
			term.Namespaces = []string{pick(g, "shop", "shop-eu", "infra")}
			if g.chance(.3) {
				term.Namespaces = append(term.Namespaces, "shop")
			}
		}
		if g.chance(.3) {
			term.NamespaceSelector = g.namespaceSelector()
		}
		if incoming && (g.chance(.5) || term.LabelSelector == nil) {
			keys := []string{pick(g, hash, hash, hash, track)}
			if g.chance(.5) {
				term.MatchLabelKeys = keys
			} else {
				term.MismatchLabelKeys = keys
			}
		}
		terms = append(terms, term)
	}
	return terms
}

// topologyKey is most often one that the nodes have.
func (g *Generator) topologyKey() string {
	if g.chance(.05) {
		return pick(g, "rack", region)
	}
	return pick(g, g.keys...)
}

func (g *Generator) spreadConstraints(pod *v1.Pod) {
	used := map[string]bool{}
	for range pick(g, 1, 1, 2, 2, 3) {
		c := v1.TopologySpreadConstraint{
			MaxSkew: pick(g, int32(1), 1, 1, 2), TopologyKey: g.topologyKey(),
			WhenUnsatisfiable: pick(g, v1.DoNotSchedule, v1.DoNotSchedule, v1.DoNotSchedule, v1.DoNotSchedule, v1.ScheduleAnyway), LabelSelector: g.spreadSelector(),
		}
		if used[c.TopologyKey+string(c.WhenUnsatisfiable)] {
			continue
		}
		used[c.TopologyKey+string(c.WhenUnsatisfiable)] = true
		if c.WhenUnsatisfiable == v1.DoNotSchedule && g.chance(.45) {
			c.MinDomains = ptr(pick(g, int32(1), 2, 3, 3, 4, 5))
		}
		if g.chance(.3 + g.selected*.4) {
			c.NodeAffinityPolicy = ptr(pick(g, v1.NodeInclusionPolicyHonor, v1.NodeInclusionPolicyIgnore, v1.NodeInclusionPolicyIgnore))
		}
		if g.chance(.3 + g.tainted*.5) {
			c.NodeTaintsPolicy = ptr(pick(g, v1.NodeInclusionPolicyHonor, v1.NodeInclusionPolicyHonor, v1.NodeInclusionPolicyIgnore))
		}
		if g.chance(.35) {
			c.MatchLabelKeys = []string{pick(g, hash, hash, track)}
		}
		pod.Spec.TopologySpreadConstraints = append(pod.Spec.TopologySpreadConstraints, c)
	}
}
