package rules

import (
	"maps"
	"regexp"
	"slices"
	"strconv"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/labels"
	helper "k8s.io/component-helpers/resource"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"

	"colocatedcache.dev/conformance/cases"
)

// All rules, in the order of the filters.
var All = slices.Concat(which, admission, order, single, resources, spread, podAffinity, messages)

// which pods count on a node
var which = []Rule{
	{Name: "finished pods do not count", Change: eachExisting(func(p *v1.Pod) bool {
		return !running(p) && p.Spec.NodeName != "" && replace(&p.Status.Phase, v1.PodRunning)
	})},
	{Name: "Pending pods with a node count", Change: leaveOut(func(p *v1.Pod) bool { return running(p) && p.Status.Phase == v1.PodPending })},
	{Name: "Unknown pods count", Change: leaveOut(func(p *v1.Pod) bool { return running(p) && p.Status.Phase == v1.PodUnknown })},
	{Name: "pods of other schedulers count", Change: leaveOut(func(p *v1.Pod) bool { return running(p) && p.Spec.SchedulerName == "other" })},
	{Name: "static pods count", Change: leaveOut(func(p *v1.Pod) bool { return running(p) && len(p.Annotations) > 0 })},
	{Name: "terminating pods count for resources", Plugin: names.NodeResourcesFit, Change: leaveOut(terminating)},
	{Name: "terminating pods count for ports", Plugin: names.NodePorts, Change: leaveOut(terminating)},
	{Name: "terminating pods count for InterPodAffinity", Plugin: names.InterPodAffinity, Change: leaveOut(terminating)},
	{Name: "terminating pods do not count for PodTopologySpread", Plugin: names.PodTopologySpread, Change: eachExisting(func(p *v1.Pod) bool {
		was := terminating(p)
		p.DeletionTimestamp = nil
		return was
	})},
	{Name: "pods on unknown nodes are ignored", Change: func(c *cases.Case) bool {
		return eachExisting(func(p *v1.Pod) bool {
			if len(c.Nodes) == 0 || p.Spec.NodeName == "" || slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool { return n.Name == p.Spec.NodeName }) {
				return false
			}
			p.Spec.NodeName = c.Nodes[0].Name
			return true
		})(c)
	}},
	{Name: "nominated pods of the same or a higher priority count", Change: leaveOut(nominated)},
	{Name: "nominated pods of a lower priority do not count", Change: eachExisting(func(p *v1.Pod) bool {
		if !nominated(p) {
			return false
		}
		p.Spec.Priority = ptr(int32(1000))
		return true
	})},
	{Name: "nominated pods: it must fit without them too", Change: eachExisting(func(p *v1.Pod) bool {
		if !nominated(p) {
			return false
		}
		p.Spec.NodeName = p.Status.NominatedNodeName
		return true
	})},
	{Name: "nominated pods of other schedulers do not count", Change: eachExisting(func(p *v1.Pod) bool {
		return nominated(p) && p.Spec.SchedulerName != v1.DefaultSchedulerName && replace(&p.Spec.SchedulerName, v1.DefaultSchedulerName)
	})},
}

func terminating(p *v1.Pod) bool { return p.DeletionTimestamp != nil && running(p) }
func nominated(p *v1.Pod) bool   { return p.Spec.NodeName == "" && p.Status.NominatedNodeName != "" }

// what the API server does first
var admission = []Rule{
	{Name: "requests default from limits", Admission: true, Change: incoming(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, initial bool) bool { return !initial && dropLimits(&c.Resources) })
	})},
	{Name: "requests of init containers default from limits", Admission: true, Change: incoming(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, initial bool) bool { return initial && dropLimits(&c.Resources) })
	})},
	{Name: "pod-level requests default from pod-level limits", Admission: true, Change: incoming(func(p *v1.Pod) bool {
		return p.Spec.Resources != nil && dropLimits(p.Spec.Resources)
	})},
	{Name: "hostNetwork turns containerPort into hostPort", Admission: true, Plugin: names.NodePorts, Change: incoming(func(p *v1.Pod) bool {
		return p.Spec.HostNetwork && eachContainer(p, func(c *v1.Container, _ bool) bool {
			before := len(c.Ports)
			c.Ports = slices.DeleteFunc(c.Ports, func(port v1.ContainerPort) bool { return port.HostPort == 0 })
			return len(c.Ports) != before
		})
	})},
	{Name: "quantities round up to milli, each by itself", Admission: true, Plugin: names.NodeResourcesFit, Change: incoming(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, _ bool) bool { return roundDown(c.Resources.Requests, v1.ResourceCPU) })
	})},
	{Name: "matchLabelKeys are merged into labelSelector", Admission: true, Plugin: names.InterPodAffinity, Change: incoming(podTerms(func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		had := len(t.MatchLabelKeys) > 0
		t.MatchLabelKeys = nil
		return had
	}))},
	{Name: "mismatchLabelKeys are merged into labelSelector", Admission: true, Plugin: names.InterPodAffinity, Change: incoming(podTerms(func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		had := len(t.MismatchLabelKeys) > 0
		t.MismatchLabelKeys = nil
		return had
	}))},
	{Name: "label keys that the pod lacks are skipped", Admission: true, Change: either(
		incoming(podTerms(func(p *v1.Pod, t *v1.PodAffinityTerm) bool {
			return requireMissing(p, t.LabelSelector, slices.Concat(t.MatchLabelKeys, t.MismatchLabelKeys))
		})),
		constraints(func(p *v1.Pod, s *v1.TopologySpreadConstraint) bool {
			return requireMissing(p, s.LabelSelector, s.MatchLabelKeys)
		}),
	)},
	{Name: "label keys are skipped where labelSelector is nil", Admission: true, Change: either(
		incoming(podTerms(func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
			return len(t.MatchLabelKeys)+len(t.MismatchLabelKeys) > 0 && replaceNil(&t.LabelSelector)
		})),
		constraints(func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
			return len(s.MatchLabelKeys) > 0 && replaceNil(&s.LabelSelector)
		}),
	)},
	{Name: "the scheduler never reads label keys of stored pod affinity", Plugin: names.InterPodAffinity, Change: func(c *cases.Case) bool {
		if merged(c.Pod) {
			return false
		}
		return incoming(podTerms(func(p *v1.Pod, t *v1.PodAffinityTerm) bool {
			if t.LabelSelector == nil {
				return false
			}
			return mergeKeys(p, t.LabelSelector, t.MatchLabelKeys, metav1.LabelSelectorOpIn) ||
				mergeKeys(p, t.LabelSelector, t.MismatchLabelKeys, metav1.LabelSelectorOpNotIn)
		}))(c)
	}},
	{Name: "spread matchLabelKeys", Plugin: names.PodTopologySpread, Admission: true, Change: constraints(func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		had := len(s.MatchLabelKeys) > 0
		s.MatchLabelKeys = nil
		return had
	})},
	{Name: "spread matchLabelKeys as stored", Plugin: names.PodTopologySpread, Change: func(c *cases.Case) bool {
		return !merged(c.Pod) && constraints(func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
			had := len(s.MatchLabelKeys) > 0
			s.MatchLabelKeys = nil
			return had
		})(c)
	}},
	{Name: "default tolerations for not-ready and unreachable, NoExecute", Plugin: names.TaintToleration, Change: incoming(func(p *v1.Pod) bool {
		before := len(p.Spec.Tolerations)
		p.Spec.Tolerations = slices.DeleteFunc(p.Spec.Tolerations, defaulted)
		return len(p.Spec.Tolerations) != before
	})},
	{Name: "default tolerations do not cover NoSchedule", Plugin: names.TaintToleration, Change: tolerations(func(t *v1.Toleration) bool {
		return defaulted(*t) && replace(&t.Effect, "")
	})},
}

func defaulted(t v1.Toleration) bool { return t.TolerationSeconds != nil }

// merged tells whether the pod went through the API server here: it then has a restart policy.
func merged(p *v1.Pod) bool { return p.Spec.RestartPolicy != "" }

func dropLimits(r *v1.ResourceRequirements) bool {
	missing := false
	for name := range r.Limits {
		if _, ok := r.Requests[name]; !ok {
			missing = true
		}
	}
	r.Limits = nil
	return missing
}

func roundDown(list v1.ResourceList, name v1.ResourceName) bool {
	q, ok := list[name]
	if !ok || q.MilliValue() == 0 || q.Cmp(*resource.NewMilliQuantity(q.MilliValue(), resource.DecimalSI)) == 0 {
		return false
	}
	list[name] = *resource.NewMilliQuantity(q.MilliValue()-1, resource.DecimalSI)
	return true
}

func replaceNil(s **metav1.LabelSelector) bool {
	if *s != nil {
		return false
	}
	*s = &metav1.LabelSelector{}
	return true
}

func requireMissing(p *v1.Pod, s *metav1.LabelSelector, keys []string) bool {
	changed := false
	for _, key := range keys {
		if _, ok := p.Labels[key]; !ok && s != nil {
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: metav1.LabelSelectorOpIn, Values: []string{""}})
			changed = true
		}
	}
	return changed
}

func mergeKeys(p *v1.Pod, s *metav1.LabelSelector, keys []string, operator metav1.LabelSelectorOperator) bool {
	changed := false
	for _, key := range keys {
		if value, ok := p.Labels[key]; ok {
			s.MatchExpressions = append(s.MatchExpressions, metav1.LabelSelectorRequirement{Key: key, Operator: operator, Values: []string{value}})
			changed = true
		}
	}
	return changed
}

// order: without the cause of the earlier rejection, a later filter rejects
var order = []Rule{
	uncovers(names.NodeUnschedulable, eachNode(func(n *v1.Node) bool { return replace(&n.Spec.Unschedulable, false) })),
	uncovers(names.NodeName, incoming(func(p *v1.Pod) bool { return replace(&p.Spec.NodeName, "") })),
	uncovers(names.TaintToleration, eachNode(func(n *v1.Node) bool {
		had := len(n.Spec.Taints) > 0
		n.Spec.Taints = nil
		return had
	})),
	uncovers(names.NodeAffinity, incoming(func(p *v1.Pod) bool {
		had := p.Spec.NodeSelector != nil || nodeSelectorOf(p) != nil
		p.Spec.NodeSelector = nil
		if p.Spec.Affinity != nil {
			p.Spec.Affinity.NodeAffinity = nil
		}
		return had
	})),
	uncovers(names.NodePorts, incoming(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, _ bool) bool { return dropPorts(c) })
	})),
	uncovers(names.NodeResourcesFit, either(
		incoming(func(p *v1.Pod) bool {
			p.Spec.Resources, p.Spec.Overhead = nil, nil
			eachContainer(p, func(c *v1.Container, _ bool) bool { c.Resources = v1.ResourceRequirements{}; return true })
			return true
		}),
		eachNode(func(n *v1.Node) bool { n.Status.Allocatable[v1.ResourcePods] = resource.MustParse("1000"); return true }),
	)),
	uncovers(names.PodTopologySpread, incoming(func(p *v1.Pod) bool {
		had := len(p.Spec.TopologySpreadConstraints) > 0
		p.Spec.TopologySpreadConstraints = nil
		return had
	})),
	uncovers(names.InterPodAffinity, either(
		incoming(func(p *v1.Pod) bool {
			had := len(affinityTerms(p))+len(antiAffinityTerms(p)) > 0
			if had {
				p.Spec.Affinity = &v1.Affinity{NodeAffinity: p.Spec.Affinity.NodeAffinity}
			}
			return had
		}),
		eachExisting(func(p *v1.Pod) bool {
			had := p.Spec.Affinity != nil
			p.Spec.Affinity = nil
			return had
		}),
	)),
}

// uncovers is the rule that a filter runs before the ones after it.
func uncovers(plugin string, change func(*cases.Case) bool) Rule {
	return Rule{Name: plugin + " runs before the later filters", Change: change, Differ: func(real, other cases.Verdict) bool {
		return real.Plugin == plugin && !other.Fits && other.Plugin != plugin
	}}
}

// the filters that look at one node and the pod alone
var single = []Rule{
	{Name: "only spec.unschedulable counts, not its taint", Change: eachNode(func(n *v1.Node) bool {
		return slices.ContainsFunc(n.Spec.Taints, func(t v1.Taint) bool { return t.Key == v1.TaintNodeUnschedulable }) && replace(&n.Spec.Unschedulable, true)
	})},
	{Name: "unschedulable is tolerated by its toleration", Plugin: names.NodeUnschedulable, Change: func(c *cases.Case) bool {
		before := len(c.Pod.Spec.Tolerations)
		c.Pod.Spec.Tolerations = slices.DeleteFunc(c.Pod.Spec.Tolerations, func(t v1.Toleration) bool { return t.Key == v1.TaintNodeUnschedulable || t.Key == "" })
		return len(c.Pod.Spec.Tolerations) != before
	}},
	{Name: "NoExecute taints repel", Plugin: names.TaintToleration, Change: dropTaints(v1.TaintEffectNoExecute)},
	{Name: "NoSchedule taints repel", Plugin: names.TaintToleration, Change: dropTaints(v1.TaintEffectNoSchedule)},
	{Name: "PreferNoSchedule taints do not repel", Plugin: names.TaintToleration, Change: eachNode(func(n *v1.Node) bool {
		changed := false
		for i := range n.Spec.Taints {
			if n.Spec.Taints[i].Effect == v1.TaintEffectPreferNoSchedule {
				n.Spec.Taints[i].Effect = v1.TaintEffectNoSchedule
				changed = true
			}
		}
		return changed
	})},
	{Name: "an empty toleration operator is Equal", Plugin: names.TaintToleration, Change: tolerations(func(t *v1.Toleration) bool {
		return t.Operator == "" && replace(&t.Operator, v1.TolerationOpExists)
	})},
	{Name: "an empty toleration effect is any", Plugin: names.TaintToleration, Change: tolerations(func(t *v1.Toleration) bool {
		return t.Effect == "" && replace(&t.Effect, v1.TaintEffectPreferNoSchedule)
	})},
	{Name: "an empty toleration key is any", Plugin: names.TaintToleration, Change: tolerations(func(t *v1.Toleration) bool {
		return t.Key == "" && replace(&t.Key, "no-such-key")
	})},
	{Name: "tolerations look at the value", Plugin: names.TaintToleration, Change: tolerations(func(t *v1.Toleration) bool {
		return t.Operator != v1.TolerationOpExists && t.Operator != v1.TolerationOpGt && t.Operator != v1.TolerationOpLt && replace(&t.Operator, v1.TolerationOpExists)
	})},
	{Name: "toleration operators Lt and Gt are off", Plugin: names.TaintToleration, Change: tolerations(func(t *v1.Toleration) bool {
		return (t.Operator == v1.TolerationOpGt || t.Operator == v1.TolerationOpLt) && replace(&t.Operator, v1.TolerationOpExists)
	})},
	{Name: "nodeSelector and affinity must both match (nodeSelector)", Plugin: names.NodeAffinity, Change: incoming(func(p *v1.Pod) bool {
		had := p.Spec.NodeSelector != nil && nodeSelectorOf(p) != nil
		p.Spec.NodeSelector = nil
		return had
	})},
	{Name: "nodeSelector and affinity must both match (affinity)", Plugin: names.NodeAffinity, Change: incoming(func(p *v1.Pod) bool {
		had := p.Spec.NodeSelector != nil && nodeSelectorOf(p) != nil
		if had {
			p.Spec.Affinity.NodeAffinity = nil
		}
		return had
	})},
	{Name: "node selector terms are ORed", Plugin: names.NodeAffinity, Change: incoming(func(p *v1.Pod) bool {
		s := nodeSelectorOf(p)
		if s == nil || len(s.NodeSelectorTerms) < 2 {
			return false
		}
		all := v1.NodeSelectorTerm{}
		for _, t := range s.NodeSelectorTerms {
			all.MatchExpressions = append(all.MatchExpressions, t.MatchExpressions...)
			all.MatchFields = append(all.MatchFields, t.MatchFields...)
		}
		s.NodeSelectorTerms = []v1.NodeSelectorTerm{all}
		return true
	})},
	{Name: "requirements of a node selector term are ANDed", Plugin: names.NodeAffinity, Change: nodeTerms(func(t *v1.NodeSelectorTerm) bool {
		if len(t.MatchExpressions) < 2 {
			return false
		}
		t.MatchExpressions = t.MatchExpressions[:1]
		return true
	})},
	{Name: "an empty node selector term matches nothing", Plugin: names.NodeAffinity, Change: nodeTerms(func(t *v1.NodeSelectorTerm) bool {
		if len(t.MatchExpressions)+len(t.MatchFields) > 0 {
			return false
		}
		t.MatchExpressions = []v1.NodeSelectorRequirement{{Key: "no-such-label", Operator: v1.NodeSelectorOpDoesNotExist}}
		return true
	})},
	{Name: "an empty list of node selector terms matches nothing", Plugin: names.NodeAffinity, Change: incoming(func(p *v1.Pod) bool {
		s := nodeSelectorOf(p)
		if s == nil || len(s.NodeSelectorTerms) > 0 {
			return false
		}
		p.Spec.Affinity.NodeAffinity = nil
		return true
	})},
	{Name: "a parse error kills only its node selector term", Plugin: names.NodeAffinity, Change: incoming(func(p *v1.Pod) bool {
		s := nodeSelectorOf(p)
		if s == nil || !slices.ContainsFunc(s.NodeSelectorTerms, unparsable) {
			return false
		}
		s.NodeSelectorTerms = []v1.NodeSelectorTerm{{}}
		return true
	})},
	{Name: "a parse error kills its node selector term", Plugin: names.NodeAffinity, Change: nodeTerms(func(t *v1.NodeSelectorTerm) bool {
		if !unparsable(*t) {
			return false
		}
		t.MatchExpressions = []v1.NodeSelectorRequirement{{Key: "no-such-label", Operator: v1.NodeSelectorOpDoesNotExist}}
		t.MatchFields = nil
		return true
	})},
	{Name: "Gt and Lt compare integers, not text", Plugin: names.NodeAffinity, Change: compare(func(label, value string) (int, bool) { return strings.Compare(label, value), true })},
	{Name: "Gt and Lt read base 10", Plugin: names.NodeAffinity, Change: compare(func(label, value string) (int, bool) {
		a, errA := strconv.ParseInt(label, 0, 64)
		b, errB := strconv.ParseInt(value, 0, 64)
		return int(a - b), errA == nil && errB == nil
	})},
	{Name: "Gt and Lt take no fractions", Plugin: names.NodeAffinity, Change: compare(func(label, value string) (int, bool) {
		a, errA := strconv.ParseFloat(label, 64)
		b, errB := strconv.ParseFloat(value, 64)
		switch {
		case errA != nil || errB != nil:
			return 0, false
		case a < b:
			return -1, true
		case a > b:
			return 1, true
		}
		return 0, true
	})},
	{Name: "Gt and Lt do not match a missing or non-integer label", Plugin: names.NodeAffinity, Change: compare(func(label, value string) (int, bool) {
		a, _ := strconv.ParseInt(label, 10, 64)
		b, err := strconv.ParseInt(value, 10, 64)
		return int(a - b), err == nil
	})},
	{Name: "NotIn matches a missing label", Plugin: names.NodeAffinity, Change: nodeTerms(func(t *v1.NodeSelectorTerm) bool {
		changed := false
		for _, r := range t.MatchExpressions {
			if r.Operator == v1.NodeSelectorOpNotIn {
				t.MatchExpressions = append(t.MatchExpressions, v1.NodeSelectorRequirement{Key: r.Key, Operator: v1.NodeSelectorOpExists})
				changed = true
			}
		}
		return changed
	})},
	{Name: "DoesNotExist", Plugin: names.NodeAffinity, Change: nodeExpressions(func(r *v1.NodeSelectorRequirement) bool {
		return r.Operator == v1.NodeSelectorOpDoesNotExist && replace(&r.Operator, v1.NodeSelectorOpExists)
	})},
	{Name: "Exists", Plugin: names.NodeAffinity, Change: nodeExpressions(func(r *v1.NodeSelectorRequirement) bool {
		return r.Operator == v1.NodeSelectorOpExists && replace(&r.Operator, v1.NodeSelectorOpDoesNotExist)
	})},
	{Name: "matchFields", Plugin: names.NodeAffinity, Change: nodeTerms(func(t *v1.NodeSelectorTerm) bool {
		had := len(t.MatchFields) > 0 && len(t.MatchExpressions) > 0
		if had {
			t.MatchFields = nil
		}
		return had
	})},
	{Name: "matchFields NotIn", Plugin: names.NodeAffinity, Change: nodeTerms(func(t *v1.NodeSelectorTerm) bool {
		changed := false
		for i := range t.MatchFields {
			changed = t.MatchFields[i].Operator == v1.NodeSelectorOpNotIn && replace(&t.MatchFields[i].Operator, v1.NodeSelectorOpIn) || changed
		}
		return changed
	})},
	{Name: "matchFields: PreFilter names the nodes before any filter runs", Change: filterFields},
	{Name: "matchFields: PreFilter's text wins on cordoned nodes", Check: func(c *cases.Case, a cases.Answer) bool {
		return slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool {
			return n.Spec.Unschedulable && strings.HasPrefix(strings.Join(a.Nodes[n.Name].Reasons, ""), "node(s) didn't satisfy plugin(s)")
		})
	}},
	{Name: "matchFields: no node at all rejects the pod as a whole", Check: func(_ *cases.Case, a cases.Answer) bool {
		return strings.Contains(a.FitError, "pod affinity terms conflict")
	}},
	{Name: "hostIP", Plugin: names.NodePorts, Change: ports(func(p *v1.ContainerPort) bool { return p.HostPort > 0 && replace(&p.HostIP, "") })},
	{Name: "the wildcard host IP takes in every other", Plugin: names.NodePorts, Change: ports(func(p *v1.ContainerPort) bool {
		return p.HostPort > 0 && (p.HostIP == "" || p.HostIP == "0.0.0.0") && replace(&p.HostIP, "192.0.2.1")
	})},
	{Name: "an empty host IP is 0.0.0.0", Plugin: names.NodePorts, Change: ports(func(p *v1.ContainerPort) bool {
		return p.HostPort > 0 && p.HostIP == "" && replace(&p.HostIP, "192.0.2.1")
	})},
	{Name: ":: is an ordinary host IP", Plugin: names.NodePorts, Change: ports(func(p *v1.ContainerPort) bool { return p.HostIP == "::" && replace(&p.HostIP, "0.0.0.0") })},
	{Name: "host port protocol", Plugin: names.NodePorts, Change: ports(func(p *v1.ContainerPort) bool {
		return p.HostPort > 0 && p.Protocol != "" && replace(&p.Protocol, v1.ProtocolTCP)
	})},
	{Name: "an empty protocol is TCP", Plugin: names.NodePorts, Change: ports(func(p *v1.ContainerPort) bool {
		return p.HostPort > 0 && p.Protocol == "" && replace(&p.Protocol, v1.ProtocolUDP)
	})},
	{Name: "host ports of sidecars count", Plugin: names.NodePorts, Change: everyPod(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, initial bool) bool { return initial && sidecar(c) && dropPorts(c) })
	})},
	{Name: "host ports of init containers do not count", Plugin: names.NodePorts, Change: everyPod(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, initial bool) bool {
			if !initial || sidecar(c) || len(c.Ports) == 0 {
				return false
			}
			c.RestartPolicy = ptr(v1.ContainerRestartPolicyAlways)
			return true
		})
	})},
	{Name: "a pod's own duplicate host ports are not checked", Check: func(c *cases.Case, a cases.Answer) bool {
		seen, twice := map[v1.ContainerPort]bool{}, false
		for _, container := range c.Pod.Spec.Containers {
			for _, port := range container.Ports {
				twice = twice || port.HostPort > 0 && seen[port]
				seen[port] = true
			}
		}
		return twice && slices.ContainsFunc(slices.Collect(maps.Values(a.Nodes)), func(v cases.Verdict) bool { return v.Fits })
	}},
	{Name: "RestartAllContainers needs its declared feature", Plugin: names.NodeDeclaredFeatures, Change: incoming(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, _ bool) bool {
			had := len(c.RestartPolicyRules) > 0
			c.RestartPolicyRules = nil
			return had
		})
	})},
	{Name: "RestartContainer needs no declared feature", Check: func(c *cases.Case, a cases.Answer) bool {
		restart := false
		eachContainer(c.Pod, func(container *v1.Container, _ bool) bool {
			restart = restart || slices.ContainsFunc(container.RestartPolicyRules, func(r v1.ContainerRestartRule) bool { return r.Action == v1.ContainerRestartRuleActionRestart })
			return false
		})
		return restart && slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool { return a.Nodes[n.Name].Fits && len(n.Status.DeclaredFeatures) == 0 })
	}},
	{Name: "hostUsers false with hostNetwork needs its declared feature", Plugin: names.NodeDeclaredFeatures, Change: incoming(func(p *v1.Pod) bool {
		had := p.Spec.HostUsers != nil && !*p.Spec.HostUsers && p.Spec.HostNetwork
		p.Spec.HostUsers = nil
		return had
	})},
	{Name: "declared features fit", Plugin: names.NodeDeclaredFeatures, Change: eachNode(func(n *v1.Node) bool {
		had := len(n.Status.DeclaredFeatures) > 0
		n.Status.DeclaredFeatures = nil
		return had
	})},
}

func dropPorts(c *v1.Container) bool {
	had := len(c.Ports) > 0
	c.Ports = nil
	return had
}

func dropTaints(effect v1.TaintEffect) func(*cases.Case) bool {
	return eachNode(func(n *v1.Node) bool {
		before := len(n.Spec.Taints)
		n.Spec.Taints = slices.DeleteFunc(n.Spec.Taints, func(t v1.Taint) bool { return t.Effect == effect && t.Key != v1.TaintNodeUnschedulable })
		return len(n.Spec.Taints) != before
	})
}

var integer = regexp.MustCompile(`^[+-]?[0-9]+$`)

func unparsable(t v1.NodeSelectorTerm) bool {
	for _, r := range t.MatchExpressions {
		switch r.Operator {
		case v1.NodeSelectorOpIn, v1.NodeSelectorOpNotIn:
			if len(r.Values) == 0 {
				return true
			}
		case v1.NodeSelectorOpGt, v1.NodeSelectorOpLt:
			if len(r.Values) != 1 || !integer.MatchString(r.Values[0]) {
				return true
			}
		case v1.NodeSelectorOpExists, v1.NodeSelectorOpDoesNotExist:
			if len(r.Values) > 0 {
				return true
			}
		default:
			return true
		}
	}
	return slices.ContainsFunc(t.MatchFields, func(r v1.NodeSelectorRequirement) bool { return len(r.Values) != 1 })
}

// compare makes Gt and Lt an In of the labels for which a naive comparison holds.
func compare(naive func(label, value string) (int, bool)) func(*cases.Case) bool {
	return func(c *cases.Case) bool {
		return nodeExpressions(func(r *v1.NodeSelectorRequirement) bool {
			if (r.Operator != v1.NodeSelectorOpGt && r.Operator != v1.NodeSelectorOpLt) || len(r.Values) != 1 {
				return false
			}
			matching := []string{"no-such-value"}
			missing := false
			for _, n := range c.Nodes {
				label, ok := n.Labels[r.Key]
				order, comparable := naive(label, r.Values[0])
				if comparable && (r.Operator == v1.NodeSelectorOpGt && order > 0 || r.Operator == v1.NodeSelectorOpLt && order < 0) {
					matching = append(matching, label)
					missing = missing || !ok
				}
			}
			if missing { // as if the label were there
				for _, n := range c.Nodes {
					if _, ok := n.Labels[r.Key]; !ok {
						if n.Labels == nil {
							n.Labels = map[string]string{}
						}
						n.Labels[r.Key] = ""
					}
				}
			}
			r.Operator, r.Values = v1.NodeSelectorOpIn, matching
			return true
		})(c)
	}
}

// filterFields leaves matchFields to the filter by adding a term without them that matches nothing.
func filterFields(c *cases.Case) bool {
	s := nodeSelectorOf(c.Pod)
	if s == nil || !slices.ContainsFunc(s.NodeSelectorTerms, func(t v1.NodeSelectorTerm) bool { return len(t.MatchFields) > 0 }) {
		return false
	}
	s.NodeSelectorTerms = append(s.NodeSelectorTerms, v1.NodeSelectorTerm{MatchExpressions: []v1.NodeSelectorRequirement{{Key: "no-such-label", Operator: v1.NodeSelectorOpExists}}})
	return true
}

var resources = []Rule{
	fit("the pod count", eachNode(func(n *v1.Node) bool {
		n.Status.Allocatable[v1.ResourcePods] = resource.MustParse("1000")
		return true
	})),
	fit("a missing pod count is 0", eachNode(func(n *v1.Node) bool {
		if _, ok := n.Status.Allocatable[v1.ResourcePods]; ok {
			return false
		}
		n.Status.Allocatable[v1.ResourcePods] = resource.MustParse("110")
		return true
	})),
	{Name: "a zero request passes on an overcommitted node", Check: func(c *cases.Case, a cases.Answer) bool {
		want := helper.PodRequests(c.Pod, helper.PodResourcesOptions{})
		return slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool {
			if !a.Nodes[n.Name].Fits {
				return false
			}
			used := v1.ResourceList{}
			for _, p := range c.Pods {
				if running(p) && p.Spec.NodeName == n.Name {
					for name, q := range helper.PodRequests(p, helper.PodResourcesOptions{UseStatusResources: true, InPlacePodLevelResourcesVerticalScalingEnabled: true}) {
						sum := used[name]
						sum.Add(q)
						used[name] = sum
					}
				}
			}
			for name, q := range used {
				asked := want[name]
				has := n.Status.Allocatable[name]
				if name != "widgets" && asked.IsZero() && q.Cmp(has) > 0 {
					return true
				}
			}
			return false
		})
	}},
	fit("CPU rounds up to milli per pod", func(c *cases.Case) bool {
		return incoming(func(p *v1.Pod) bool {
			total := helper.PodRequests(p, helper.PodResourcesOptions{})
			cpu := total[v1.ResourceCPU]
			if cpu.Cmp(*resource.NewMilliQuantity(cpu.MilliValue(), resource.DecimalSI)) == 0 {
				return false
			}
			return eachContainer(p, func(c *v1.Container, _ bool) bool { return roundDown(c.Resources.Requests, v1.ResourceCPU) })
		})(c)
	}),
	fit("allocatable, never capacity", eachNode(func(n *v1.Node) bool {
		for name, q := range n.Status.Capacity {
			n.Status.Allocatable[name] = q
		}
		return len(n.Status.Capacity) > 0
	})),
	fit("init containers count", everyPod(func(p *v1.Pod) bool {
		before := len(p.Spec.InitContainers)
		p.Spec.InitContainers = slices.DeleteFunc(p.Spec.InitContainers, func(c v1.Container) bool { return !sidecar(&c) })
		return len(p.Spec.InitContainers) != before
	})),
	fit("init containers count by the largest, not the sum", everyPod(func(p *v1.Pod) bool {
		plain := slices.DeleteFunc(slices.Clone(p.Spec.InitContainers), func(c v1.Container) bool { return sidecar(&c) })
		if len(plain) == 0 {
			return false
		}
		p.Spec.InitContainers = slices.DeleteFunc(p.Spec.InitContainers, func(c v1.Container) bool { return !sidecar(&c) })
		p.Spec.Containers = append(p.Spec.Containers, plain...)
		return true
	})),
	fit("sidecars count", everyPod(func(p *v1.Pod) bool {
		before := len(p.Spec.InitContainers)
		p.Spec.InitContainers = slices.DeleteFunc(p.Spec.InitContainers, func(c v1.Container) bool { return sidecar(&c) })
		return len(p.Spec.InitContainers) != before
	})),
	fit("sidecars run beside the containers", everyPod(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, initial bool) bool {
			was := initial && sidecar(c)
			if was {
				c.RestartPolicy = nil
			}
			return was
		})
	})),
	fit("an init container counts with the sidecars before it", everyPod(func(p *v1.Pod) bool {
		return sortInit(p, func(c v1.Container) bool { return !sidecar(&c) })
	})),
	fit("an init container does not count with the sidecars after it", everyPod(func(p *v1.Pod) bool {
		return sortInit(p, func(c v1.Container) bool { return sidecar(&c) })
	})),
	fit("pod-level requests replace", everyPod(func(p *v1.Pod) bool {
		had := p.Spec.Resources != nil
		p.Spec.Resources = nil
		return had
	})),
	fit("pod-level requests replace one resource at a time", everyPod(func(p *v1.Pod) bool {
		if p.Spec.Resources == nil || len(p.Spec.Resources.Requests) == 0 {
			return false
		}
		return eachContainer(p, func(c *v1.Container, _ bool) bool {
			had := len(c.Resources.Requests) > 0
			c.Resources.Requests = nil
			return had
		})
	})),
	fit("overhead of the pod", incoming(dropOverhead)),
	fit("overhead of existing pods", eachExisting(dropOverhead)),
	fit("resize: status.resources count", eachExisting(func(p *v1.Pod) bool {
		return eachStatus(p, func(s *v1.ContainerStatus) bool {
			had := s.Resources != nil
			s.Resources = nil
			return had
		})
	})),
	fit("resize: allocatedResources count", eachExisting(func(p *v1.Pod) bool {
		return eachStatus(p, func(s *v1.ContainerStatus) bool {
			had := s.AllocatedResources != nil
			s.AllocatedResources = nil
			return had
		})
	})),
	fit("resize: the spec counts too", eachExisting(func(p *v1.Pod) bool {
		has := false
		eachStatus(p, func(s *v1.ContainerStatus) bool { has = has || s.Resources != nil; return false })
		if !has || infeasible(p) != nil && infeasible(p).Reason == v1.PodReasonInfeasible {
			return false
		}
		p.Status.Conditions = []v1.PodCondition{{Type: v1.PodResizePending, Reason: v1.PodReasonInfeasible}}
		return true
	})),
	fit("resize: an infeasible spec does not count", eachExisting(func(p *v1.Pod) bool {
		had := infeasible(p) != nil && infeasible(p).Reason == v1.PodReasonInfeasible
		if had {
			p.Status.Conditions = nil
		}
		return had
	})),
	fit("resize: a deferred spec counts", eachExisting(func(p *v1.Pod) bool {
		condition := infeasible(p)
		return condition != nil && condition.Reason == v1.PodReasonDeferred && replace(&condition.Reason, v1.PodReasonInfeasible)
	})),
	fit("resize: of sidecars too", eachExisting(func(p *v1.Pod) bool {
		has := slices.ContainsFunc(p.Status.InitContainerStatuses, func(s v1.ContainerStatus) bool { return s.Resources != nil })
		p.Status.InitContainerStatuses = nil
		return has
	})),
	fit("resize: of init containers not", eachExisting(func(p *v1.Pod) bool {
		changed := false
		for i := range p.Spec.InitContainers {
			c := &p.Spec.InitContainers[i]
			for _, s := range p.Status.InitContainerStatuses {
				if s.Name == c.Name && !sidecar(c) && s.Resources != nil {
					c.Resources.Requests = s.Resources.Requests
					changed = true
				}
			}
		}
		return changed
	})),
	fit("resize: of the pod level too", eachExisting(func(p *v1.Pod) bool {
		had := p.Status.Resources != nil
		p.Status.Resources = nil
		return had
	})),
	fit("finished init containers still count", eachExisting(func(p *v1.Pod) bool {
		before := len(p.Spec.InitContainers)
		p.Spec.InitContainers = slices.DeleteFunc(p.Spec.InitContainers, func(c v1.Container) bool {
			return !sidecar(&c) && slices.ContainsFunc(p.Status.InitContainerStatuses, func(s v1.ContainerStatus) bool {
				return s.Name == c.Name && s.State.Terminated != nil
			})
		})
		return len(p.Spec.InitContainers) != before
	})),
	fit("extended resources count", dropRequests(func(name v1.ResourceName) bool { return strings.HasPrefix(string(name), "example.com/") })),
	fit("hugepages count", dropRequests(func(name v1.ResourceName) bool { return strings.HasPrefix(string(name), "hugepages-") })),
	fit("attachable volumes count", dropRequests(func(name v1.ResourceName) bool { return strings.HasPrefix(string(name), "attachable-volumes-") })),
	fit("resources of the kubernetes.io domain count", dropRequests(func(name v1.ResourceName) bool { return strings.HasPrefix(string(name), "kubernetes.io/") })),
	fit("ephemeral storage counts", dropRequests(func(name v1.ResourceName) bool { return name == v1.ResourceEphemeralStorage })),
	fit("unknown names without a prefix are ignored", everyPod(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, _ bool) bool {
			changed := false
			for _, list := range []v1.ResourceList{c.Resources.Requests} {
				if q, ok := list["widgets"]; ok {
					delete(list, "widgets")
					list["example.com/widgets"] = q
					changed = true
				}
			}
			return changed
		})
	})),
	{Name: "a request above allocatable is UnschedulableAndUnresolvable", Check: code(names.NodeResourcesFit, "UnschedulableAndUnresolvable", "Insufficient")},
	{Name: "a request above what is left is Unschedulable", Check: code(names.NodeResourcesFit, "Unschedulable", "Insufficient")},
	{Name: "too many pods is Unschedulable", Check: code(names.NodeResourcesFit, "Unschedulable", "Too many pods")},
	{Name: "all insufficient resources are named", Check: func(_ *cases.Case, a cases.Answer) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(a.Nodes)), func(v cases.Verdict) bool { return len(v.Reasons) > 1 })
	}},
	fit("one unit is enough to miss", incoming(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, _ bool) bool {
			changed := false
			for name, q := range c.Resources.Requests {
				if !q.IsZero() && name == v1.ResourceCPU {
					q.Sub(resource.MustParse("1m"))
					c.Resources.Requests[name] = q
					changed = true
				} else if !q.IsZero() && name == v1.ResourceMemory {
					q.Sub(resource.MustParse("1"))
					c.Resources.Requests[name] = q
					changed = true
				}
			}
			return changed
		})
	})),
}

func fit(name string, change func(*cases.Case) bool) Rule {
	return Rule{Name: name, Plugin: names.NodeResourcesFit, Change: change}
}

func code(plugin, code, reason string) func(*cases.Case, cases.Answer) bool {
	return func(_ *cases.Case, a cases.Answer) bool {
		return slices.ContainsFunc(slices.Collect(maps.Values(a.Nodes)), func(v cases.Verdict) bool {
			return v.Plugin == plugin && v.Code == code && strings.Contains(strings.Join(v.Reasons, ","), reason)
		})
	}
}

func dropOverhead(p *v1.Pod) bool {
	had := len(p.Spec.Overhead) > 0
	p.Spec.Overhead = nil
	return had
}

func dropRequests(which func(v1.ResourceName) bool) func(*cases.Case) bool {
	return everyPod(func(p *v1.Pod) bool {
		return eachContainer(p, func(c *v1.Container, _ bool) bool {
			before := len(c.Resources.Requests)
			maps.DeleteFunc(c.Resources.Requests, func(name v1.ResourceName, _ resource.Quantity) bool { return which(name) })
			return len(c.Resources.Requests) != before
		})
	})
}

func sortInit(p *v1.Pod, first func(v1.Container) bool) bool {
	sorted := slices.Clone(p.Spec.InitContainers)
	slices.SortStableFunc(sorted, func(a, b v1.Container) int {
		switch {
		case first(a) == first(b):
			return 0
		case first(a):
			return -1
		}
		return 1
	})
	changed := !slices.EqualFunc(sorted, p.Spec.InitContainers, func(a, b v1.Container) bool { return a.Name == b.Name })
	p.Spec.InitContainers = sorted
	return changed
}

func eachStatus(p *v1.Pod, change func(*v1.ContainerStatus) bool) bool {
	changed := false
	for i := range p.Status.ContainerStatuses {
		changed = change(&p.Status.ContainerStatuses[i]) || changed
	}
	for i := range p.Status.InitContainerStatuses {
		changed = change(&p.Status.InitContainerStatuses[i]) || changed
	}
	return changed
}

func infeasible(p *v1.Pod) *v1.PodCondition {
	for i := range p.Status.Conditions {
		if p.Status.Conditions[i].Type == v1.PodResizePending {
			return &p.Status.Conditions[i]
		}
	}
	return nil
}

var spread = []Rule{
	spreading("ScheduleAnyway does not filter", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		return replace(&s.WhenUnsatisfiable, v1.DoNotSchedule)
	}),
	{Name: "a node feeds the counts only if it has the keys of all hard constraints", Plugin: names.PodTopologySpread, Combine: func(c *cases.Case) []*v1.Pod {
		var parts []*v1.Pod
		for _, s := range c.Pod.Spec.TopologySpreadConstraints {
			if hard(&s) {
				part := c.Pod.DeepCopy()
				part.Spec.TopologySpreadConstraints = []v1.TopologySpreadConstraint{s}
				parts = append(parts, part)
			}
		}
		return parts
	}},
	spreading("nodeAffinityPolicy is Honor by default", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := s.NodeAffinityPolicy == nil
		if was {
			s.NodeAffinityPolicy = ptr(v1.NodeInclusionPolicyIgnore)
		}
		return was
	}),
	spreading("nodeAffinityPolicy Ignore", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := s.NodeAffinityPolicy != nil
		s.NodeAffinityPolicy = nil
		return was
	}),
	spreading("nodeTaintsPolicy is Ignore by default", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := s.NodeTaintsPolicy == nil
		if was {
			s.NodeTaintsPolicy = ptr(v1.NodeInclusionPolicyHonor)
		}
		return was
	}),
	spreading("nodeTaintsPolicy Honor", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := s.NodeTaintsPolicy != nil
		s.NodeTaintsPolicy = nil
		return was
	}),
	spreading("minDomains", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := s.MinDomains != nil && *s.MinDomains > 1
		s.MinDomains = nil
		return was
	}),
	spreading("the pod itself counts where it matches", func(p *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := matches(s, p)
		if was {
			s.MaxSkew++
		}
		return was
	}),
	spreading("the pod itself does not count where it does not match", func(p *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := !matches(s, p)
		if was {
			s.MaxSkew--
		}
		return was
	}),
	spreading("maxSkew", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool { return replace(&s.MaxSkew, 1) }),
	{Name: "spread counts the pod's own namespace only", Plugin: names.PodTopologySpread, Change: func(c *cases.Case) bool {
		if len(c.Pod.Spec.TopologySpreadConstraints) == 0 {
			return false
		}
		return eachExisting(func(p *v1.Pod) bool { return replace(&p.Namespace, c.Pod.Namespace) })(c)
	}},
	spreading("a nil spread selector matches nothing", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := s.LabelSelector == nil
		if was {
			s.LabelSelector = everything()
		}
		return was
	}),
	spreading("an empty spread selector counts no existing pod", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := empty(s.LabelSelector)
		if was {
			s.LabelSelector = everything()
		}
		return was
	}),
	spreading("an empty spread selector counts the pod itself", func(_ *v1.Pod, s *v1.TopologySpreadConstraint) bool {
		was := empty(s.LabelSelector)
		if was {
			s.LabelSelector = nil
		}
		return was
	}),
	{Name: "an empty label value is a domain of spread", Plugin: names.PodTopologySpread, Change: dropEmptyLabels},
	{Name: "the first failing constraint names the reason", Plugin: names.PodTopologySpread, Change: incoming(func(p *v1.Pod) bool {
		slices.Reverse(p.Spec.TopologySpreadConstraints)
		return len(p.Spec.TopologySpreadConstraints) > 1
	})},
	{Name: "a missing topology label is UnschedulableAndUnresolvable", Check: code(names.PodTopologySpread, "UnschedulableAndUnresolvable", "(missing required label)")},
	{Name: "a skew is Unschedulable", Check: code(names.PodTopologySpread, "Unschedulable", "node(s) didn't match pod topology spread constraints")},
	{Name: "spread looks at all nodes for its minimum", Plugin: names.PodTopologySpread, Change: func(c *cases.Case) bool {
		if len(c.Pod.Spec.TopologySpreadConstraints) == 0 {
			return false
		}
		before := len(c.Nodes)
		c.Nodes = slices.DeleteFunc(c.Nodes, func(n *v1.Node) bool { return n.Spec.Unschedulable })
		return len(c.Nodes) != before
	}},
}

func spreading(name string, change func(*v1.Pod, *v1.TopologySpreadConstraint) bool) Rule {
	return Rule{Name: name, Plugin: names.PodTopologySpread, Change: func(c *cases.Case) bool { return constraints(change)(c) }}
}

func matches(s *v1.TopologySpreadConstraint, p *v1.Pod) bool {
	selector, err := metav1.LabelSelectorAsSelector(s.LabelSelector)
	return err == nil && selector.Matches(labels.Set(p.Labels))
}

func dropEmptyLabels(c *cases.Case) bool {
	return eachNode(func(n *v1.Node) bool {
		before := len(n.Labels)
		maps.DeleteFunc(n.Labels, func(key, value string) bool { return value == "" && (key == v1.LabelTopologyZone || key == "rack") })
		return len(n.Labels) != before
	})(c)
}

var podAffinity = []Rule{
	between("namespaces and namespaceSelector both unset: the pod's own namespace", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := len(t.Namespaces) == 0 && t.NamespaceSelector == nil
		if was {
			t.NamespaceSelector = &metav1.LabelSelector{}
		}
		return was
	}),
	between("the pod's own namespace is not implied by a list or a selector", func(p *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := len(t.Namespaces) > 0 || t.NamespaceSelector != nil
		if was {
			t.Namespaces = append(t.Namespaces, p.Namespace)
		}
		return was
	}),
	between("namespaces", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := len(t.Namespaces) > 0
		t.Namespaces = nil
		return was
	}),
	between("namespaceSelector", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := t.NamespaceSelector != nil
		t.NamespaceSelector = nil
		return was
	}),
	between("namespaces and namespaceSelector are a union, not the selector alone", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := len(t.Namespaces) > 0 && t.NamespaceSelector != nil
		if was {
			t.Namespaces = nil
		}
		return was
	}),
	between("namespaces and namespaceSelector are a union, not the list alone", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := len(t.Namespaces) > 0 && t.NamespaceSelector != nil
		if was {
			t.NamespaceSelector = nil
		}
		return was
	}),
	between("an empty namespaceSelector is every namespace", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := empty(t.NamespaceSelector)
		if was {
			t.NamespaceSelector = nil
		}
		return was
	}),
	between("a nil labelSelector matches no pod", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := t.LabelSelector == nil
		if was {
			t.LabelSelector = &metav1.LabelSelector{}
		}
		return was
	}),
	between("an empty labelSelector matches every pod", func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := empty(t.LabelSelector)
		if was {
			t.LabelSelector = nil
		}
		return was
	}),
	{Name: "an existing pod must match all terms of affinity", Plugin: names.InterPodAffinity, Combine: func(c *cases.Case) []*v1.Pod {
		var parts []*v1.Pod
		for _, term := range affinityTerms(c.Pod) {
			part := c.Pod.DeepCopy()
			part.Spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution = []v1.PodAffinityTerm{term}
			parts = append(parts, part)
		}
		return parts
	}},
	{Name: "a node must have every key of affinity", Check: func(c *cases.Case, a cases.Answer) bool {
		return slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool {
			return strings.Contains(strings.Join(a.Nodes[n.Name].Reasons, ""), "didn't match pod affinity rules") &&
				slices.ContainsFunc(affinityTerms(c.Pod), func(t v1.PodAffinityTerm) bool { _, ok := n.Labels[t.TopologyKey]; return !ok })
		})
	}},
	{Name: "the first pod of a series passes", Plugin: names.InterPodAffinity, Change: func(c *cases.Case) bool {
		if len(affinityTerms(c.Pod)) == 0 || len(c.Nodes) == 0 {
			return false
		}
		node := &v1.Node{ObjectMeta: metav1.ObjectMeta{Name: "elsewhere", Labels: map[string]string{}}}
		for _, t := range affinityTerms(c.Pod) {
			node.Labels[t.TopologyKey] = "elsewhere"
		}
		twin := &v1.Pod{ObjectMeta: metav1.ObjectMeta{Name: "twin", Namespace: c.Pod.Namespace, Labels: maps.Clone(c.Pod.Labels)}}
		twin.Spec.NodeName = node.Name
		c.Nodes, c.Pods = append(slices.Clone(c.Nodes), node), append(slices.Clone(c.Pods), twin)
		return true
	}},
	{Name: "the first pod of a series must match its own terms", Check: func(c *cases.Case, a cases.Answer) bool {
		return lonely(c, a) && !matchesAll(c, c.Pod, false)
	}},
	{Name: "the first pod of a series must match its own terms' namespaces", Check: func(c *cases.Case, a cases.Answer) bool {
		return lonely(c, a) && !matchesAll(c, c.Pod, false) && matchesAll(c, c.Pod, true)
	}},
	{Name: "a match elsewhere stops the first-pod rule", Check: func(c *cases.Case, a cases.Answer) bool {
		return rejectedByAffinity(a) && matchesAll(c, c.Pod, false) && counted(c)
	}},
	{Name: "matches on nodes without the key do not stop the first-pod rule", Check: func(c *cases.Case, a cases.Answer) bool {
		return len(affinityTerms(c.Pod)) > 0 && matchesAll(c, c.Pod, false) && !counted(c) &&
			slices.ContainsFunc(c.Pods, func(p *v1.Pod) bool { return running(p) && placed(c, p) != nil && matchesAll(c, p, false) }) &&
			slices.ContainsFunc(slices.Collect(maps.Values(a.Nodes)), func(v cases.Verdict) bool { return v.Fits })
	}},
	{Name: "each term of anti-affinity counts by itself", Plugin: names.InterPodAffinity, Change: incoming(func(p *v1.Pod) bool {
		terms := antiAffinityTerms(p)
		if len(terms) < 2 {
			return false
		}
		p.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution = terms[:1]
		return true
	})},
	{Name: "a node without the key passes anti-affinity", Check: func(c *cases.Case, a cases.Answer) bool {
		return slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool {
			return a.Nodes[n.Name].Fits && slices.ContainsFunc(antiAffinityTerms(c.Pod), func(t v1.PodAffinityTerm) bool { _, ok := n.Labels[t.TopologyKey]; return !ok })
		})
	}},
	{Name: "an empty label value is a domain of pod affinity", Plugin: names.InterPodAffinity, Change: dropEmptyLabels},
	{Name: "the pod's anti-affinity", Plugin: names.InterPodAffinity, Change: incoming(func(p *v1.Pod) bool {
		had := len(antiAffinityTerms(p)) > 0
		if had {
			p.Spec.Affinity.PodAntiAffinity = nil
		}
		return had
	})},
	{Name: "preferred terms do not filter", Plugin: names.InterPodAffinity, Change: incoming(func(p *v1.Pod) bool {
		if p.Spec.Affinity == nil || p.Spec.Affinity.PodAntiAffinity == nil || len(p.Spec.Affinity.PodAntiAffinity.PreferredDuringSchedulingIgnoredDuringExecution) == 0 {
			return false
		}
		anti := p.Spec.Affinity.PodAntiAffinity
		anti.RequiredDuringSchedulingIgnoredDuringExecution = append(anti.RequiredDuringSchedulingIgnoredDuringExecution, anti.PreferredDuringSchedulingIgnoredDuringExecution[0].PodAffinityTerm)
		return true
	})},
	{Name: "existing pods' anti-affinity", Plugin: names.InterPodAffinity, Change: eachExisting(func(p *v1.Pod) bool {
		had := len(antiAffinityTerms(p)) > 0
		if had {
			p.Spec.Affinity.PodAntiAffinity = nil
		}
		return had
	})},
	{Name: "existing pods' anti-affinity: its namespaceSelector looks at the pod's namespace", Plugin: names.InterPodAffinity, Change: eachExisting(podTerms(func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		had := t.NamespaceSelector != nil && !empty(t.NamespaceSelector)
		if had {
			t.NamespaceSelector = nil
		}
		return had
	}))},
	{Name: "existing pods' anti-affinity: its own namespace by default", Plugin: names.InterPodAffinity, Change: eachExisting(podTerms(func(_ *v1.Pod, t *v1.PodAffinityTerm) bool {
		was := len(t.Namespaces) == 0 && t.NamespaceSelector == nil
		if was {
			t.NamespaceSelector = &metav1.LabelSelector{}
		}
		return was
	}))},
	{Name: "a namespace that is not listed has no labels", Plugin: names.InterPodAffinity, Change: func(c *cases.Case) bool {
		if slices.ContainsFunc(c.Namespaces, func(n *v1.Namespace) bool { return n.Name == c.Pod.Namespace }) {
			return false
		}
		c.Namespaces = append(slices.Clone(c.Namespaces), &v1.Namespace{ObjectMeta: metav1.ObjectMeta{Name: c.Pod.Namespace, Labels: map[string]string{
			v1.LabelMetadataName: c.Pod.Namespace, "team": "a", "env": "prod",
		}}})
		return true
	}},
	{Name: "existing pods' affinity is not enforced", Check: func(c *cases.Case, a cases.Answer) bool {
		return slices.ContainsFunc(c.Nodes, func(n *v1.Node) bool {
			return a.Nodes[n.Name].Fits && slices.ContainsFunc(c.Pods, func(p *v1.Pod) bool { return p.Spec.NodeName == n.Name && len(affinityTerms(p)) > 0 })
		})
	}},
	{Name: "affinity is checked before anti-affinity", Check: func(c *cases.Case, a cases.Answer) bool {
		return rejectedByAffinity(a) && len(antiAffinityTerms(c.Pod)) > 0
	}},
	{Name: "anti-affinity is checked before existing pods' anti-affinity", Change: incoming(func(p *v1.Pod) bool {
		had := len(antiAffinityTerms(p)) > 0
		if had {
			p.Spec.Affinity.PodAntiAffinity = nil
		}
		return had
	}), Differ: func(real, other cases.Verdict) bool {
		return slices.Contains(real.Reasons, "node(s) didn't match pod anti-affinity rules") &&
			slices.Contains(other.Reasons, "node(s) didn't satisfy existing pods anti-affinity rules")
	}},
}

func between(name string, change func(*v1.Pod, *v1.PodAffinityTerm) bool) Rule {
	return Rule{Name: name, Plugin: names.InterPodAffinity, Change: incoming(podTerms(change))}
}

func rejectedByAffinity(a cases.Answer) bool {
	return slices.ContainsFunc(slices.Collect(maps.Values(a.Nodes)), func(v cases.Verdict) bool {
		return slices.Contains(v.Reasons, "node(s) didn't match pod affinity rules")
	})
}

// lonely: affinity rejects some node, and nothing in the cluster was counted.
func lonely(c *cases.Case, a cases.Answer) bool { return rejectedByAffinity(a) && !counted(c) }

func placed(c *cases.Case, p *v1.Pod) *v1.Node {
	for _, n := range c.Nodes {
		if n.Name == p.Spec.NodeName {
			return n
		}
	}
	return nil
}

// counted tells whether some existing pod adds to the counts of the incoming pod's affinity.
func counted(c *cases.Case) bool {
	return slices.ContainsFunc(c.Pods, func(p *v1.Pod) bool {
		node := placed(c, p)
		return node != nil && running(p) && matchesAll(c, p, false) && slices.ContainsFunc(affinityTerms(c.Pod), func(t v1.PodAffinityTerm) bool {
			_, ok := node.Labels[t.TopologyKey]
			return ok
		})
	})
}

// matchesAll tells whether p matches all affinity terms of the incoming pod, by the scheduler's own terms.
func matchesAll(c *cases.Case, p *v1.Pod, anyNamespace bool) bool {
	terms, err := fwk.GetAffinityTerms(c.Pod, affinityTerms(c.Pod))
	if err != nil || len(terms) == 0 {
		return false
	}
	var namespace labels.Set
	for _, n := range c.Namespaces {
		if n.Name == p.Namespace {
			namespace = n.Labels
		}
	}
	known := slices.ContainsFunc(c.Namespaces, func(n *v1.Namespace) bool { return n.Name == p.Namespace })
	for _, t := range terms {
		if anyNamespace {
			if !t.Selector.Matches(labels.Set(p.Labels)) {
				return false
			}
			continue
		}
		// Selectors of the incoming pod are resolved through the list of namespaces; {} alone matches what is not listed.
		if !known && !t.NamespaceSelector.Empty() {
			t.NamespaceSelector = labels.Nothing()
		}
		if !t.Matches(p, namespace) {
			return false
		}
	}
	return true
}

// the message
var messages = []Rule{
	{Name: "reasons are sorted as text", Check: func(_ *cases.Case, a cases.Answer) bool {
		found := counts.FindAllStringSubmatch(a.FitError, -1)
		return !slices.IsSortedFunc(found, func(x, y []string) int { return number(x[1]) - number(y[1]) })
	}},
	{Name: "counts add up to more than the nodes", Check: func(c *cases.Case, a cases.Answer) bool {
		total := 0
		for _, found := range counts.FindAllStringSubmatch(a.FitError, -1) {
			total += number(found[1])
		}
		return total > len(c.Nodes)
	}},
	{Name: "zero nodes", Check: func(_ *cases.Case, a cases.Answer) bool { return a.FitError == "no nodes available to schedule pods" }},
	{Name: "no message while some node fits", Check: func(_ *cases.Case, a cases.Answer) bool { return a.FitError == "" }},
}

var counts = regexp.MustCompile(`[:,] ([0-9]+) `)

func number(s string) int { n, _ := strconv.Atoi(s); return n }
