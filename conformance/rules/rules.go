// Package rules tells which rules of the scheduler's filters a case shows. A rule shows where a naive mistake about it
// gives another verdict: most mistakes can be made by changing the question (leaving minDomains out, say) and asking the
// real scheduler again. The table of these counts says what a set of cases is worth.
package rules

import (
	"slices"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/oracle"
)

// Rule is one rule and the mistake that it is known by.
type Rule struct {
	Name string
	// Plugin is the one whose verdict the mistake changes; empty: any.
	Plugin string
	// Change makes the mistake; false: it does not apply to this case.
	Change func(c *cases.Case) bool
	// Admission rules change the pod before the API server sees it, all others after.
	Admission bool
	// Differ tells whether the mistake shows on a node; nil: where any part of the verdict is another.
	Differ func(real, mistaken cases.Verdict) bool
	// Check decides where no change of the question makes the mistake.
	Check func(c *cases.Case, answer cases.Answer) bool
	// Combine makes the mistake of judging parts of the pod each by itself: every part is asked about, and a node
	// fits if it fits all.
	Combine func(c *cases.Case) []*v1.Pod
}

// Shown returns the names of those rules that the case shows. answer is the real one.
func Shown(o *oracle.Oracle, c *cases.Case, answer cases.Answer, among []Rule) []string {
	if answer.Error != "" {
		return nil
	}
	stored := c
	if c.Admit {
		pod, err := o.Admit(c.Pod)
		if err != nil {
			return nil
		}
		copied := *c
		copied.Pod, copied.Admit = pod, false
		stored = &copied
	}
	var shown []string
	for _, rule := range among {
		if rule.shows(o, c, stored, answer) {
			shown = append(shown, rule.Name)
		}
	}
	return shown
}

func (r Rule) shows(o *oracle.Oracle, c, stored *cases.Case, answer cases.Answer) bool {
	switch {
	case r.Check != nil:
		return r.Check(stored, answer)
	case r.Combine != nil:
		pods := r.Combine(stored)
		if len(pods) < 2 {
			return false
		}
		var combined map[string]cases.Verdict
		for _, pod := range pods {
			part := *stored
			part.Pod = pod
			other := o.Answer(&part)
			if other.Error != "" {
				return false
			}
			if combined == nil {
				combined = other.Nodes
				continue
			}
			for name, verdict := range other.Nodes {
				if combined[name].Fits {
					combined[name] = verdict
				}
			}
		}
		return r.differ(answer.Nodes, combined)
	default:
		from := stored
		if r.Admission {
			if !c.Admit {
				return false
			}
			from = c
		}
		changed := deepCopy(from)
		if !r.Change(changed) {
			return false
		}
		other := o.Answer(changed)
		return other.Error == "" && r.differ(answer.Nodes, other.Nodes)
	}
}

func (r Rule) differ(real, mistaken map[string]cases.Verdict) bool {
	for name, verdict := range real {
		other, ok := mistaken[name]
		if !ok || (r.Plugin != "" && verdict.Plugin != r.Plugin && other.Plugin != r.Plugin) {
			continue
		}
		if r.Differ != nil {
			if r.Differ(verdict, other) {
				return true
			}
			continue
		}
		if verdict.Fits != other.Fits || verdict.Plugin != other.Plugin || verdict.Code != other.Code || !slices.Equal(verdict.Reasons, other.Reasons) {
			return true
		}
	}
	return false
}

func deepCopy(c *cases.Case) *cases.Case {
	copied := &cases.Case{ID: c.ID, Admit: c.Admit, Pod: c.Pod.DeepCopy()}
	for _, node := range c.Nodes {
		copied.Nodes = append(copied.Nodes, node.DeepCopy())
	}
	for _, pod := range c.Pods {
		copied.Pods = append(copied.Pods, pod.DeepCopy())
	}
	for _, namespace := range c.Namespaces {
		copied.Namespaces = append(copied.Namespaces, namespace.DeepCopy())
	}
	return copied
}

// The parts that mistakes are made of. Each returns whether it changed anything.

func eachNode(change func(*v1.Node) bool) func(*cases.Case) bool {
	return func(c *cases.Case) bool {
		changed := false
		for _, node := range c.Nodes {
			changed = change(node) || changed
		}
		return changed
	}
}

func eachExisting(change func(*v1.Pod) bool) func(*cases.Case) bool {
	return func(c *cases.Case) bool {
		changed := false
		for _, pod := range c.Pods {
			changed = change(pod) || changed
		}
		return changed
	}
}

func incoming(change func(*v1.Pod) bool) func(*cases.Case) bool {
	return func(c *cases.Case) bool { return change(c.Pod) }
}

func everyPod(change func(*v1.Pod) bool) func(*cases.Case) bool {
	return either(incoming(change), eachExisting(change))
}

func either(changes ...func(*cases.Case) bool) func(*cases.Case) bool {
	return func(c *cases.Case) bool {
		changed := false
		for _, change := range changes {
			changed = change(c) || changed
		}
		return changed
	}
}

func leaveOut(which func(*v1.Pod) bool) func(*cases.Case) bool {
	return func(c *cases.Case) bool {
		before := len(c.Pods)
		c.Pods = slices.DeleteFunc(c.Pods, which)
		return len(c.Pods) != before
	}
}

func running(pod *v1.Pod) bool {
	return pod.Spec.NodeName != "" && pod.Status.Phase != v1.PodSucceeded && pod.Status.Phase != v1.PodFailed
}

func eachContainer(pod *v1.Pod, change func(c *v1.Container, initial bool) bool) bool {
	changed := false
	for i := range pod.Spec.InitContainers {
		changed = change(&pod.Spec.InitContainers[i], true) || changed
	}
	for i := range pod.Spec.Containers {
		changed = change(&pod.Spec.Containers[i], false) || changed
	}
	return changed
}

func sidecar(c *v1.Container) bool {
	return c.RestartPolicy != nil && *c.RestartPolicy == v1.ContainerRestartPolicyAlways
}

func tolerations(change func(*v1.Toleration) bool) func(*cases.Case) bool {
	return incoming(func(pod *v1.Pod) bool {
		changed := false
		for i := range pod.Spec.Tolerations {
			changed = change(&pod.Spec.Tolerations[i]) || changed
		}
		return changed
	})
}

func nodeSelectorOf(pod *v1.Pod) *v1.NodeSelector {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.NodeAffinity == nil {
		return nil
	}
	return pod.Spec.Affinity.NodeAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

func nodeTerms(change func(*v1.NodeSelectorTerm) bool) func(*cases.Case) bool {
	return incoming(func(pod *v1.Pod) bool {
		selector := nodeSelectorOf(pod)
		if selector == nil {
			return false
		}
		changed := false
		for i := range selector.NodeSelectorTerms {
			changed = change(&selector.NodeSelectorTerms[i]) || changed
		}
		return changed
	})
}

func nodeExpressions(change func(*v1.NodeSelectorRequirement) bool) func(*cases.Case) bool {
	return nodeTerms(func(term *v1.NodeSelectorTerm) bool {
		changed := false
		for i := range term.MatchExpressions {
			changed = change(&term.MatchExpressions[i]) || changed
		}
		return changed
	})
}

func ports(change func(*v1.ContainerPort) bool) func(*cases.Case) bool {
	return everyPod(func(pod *v1.Pod) bool {
		return eachContainer(pod, func(c *v1.Container, _ bool) bool {
			changed := false
			for i := range c.Ports {
				changed = change(&c.Ports[i]) || changed
			}
			return changed
		})
	})
}

func constraints(change func(*v1.Pod, *v1.TopologySpreadConstraint) bool) func(*cases.Case) bool {
	return incoming(func(pod *v1.Pod) bool {
		changed := false
		for i := range pod.Spec.TopologySpreadConstraints {
			changed = change(pod, &pod.Spec.TopologySpreadConstraints[i]) || changed
		}
		return changed
	})
}

func hard(constraint *v1.TopologySpreadConstraint) bool {
	return constraint.WhenUnsatisfiable == v1.DoNotSchedule
}

func affinityTerms(pod *v1.Pod) []v1.PodAffinityTerm {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.PodAffinity == nil {
		return nil
	}
	return pod.Spec.Affinity.PodAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

func antiAffinityTerms(pod *v1.Pod) []v1.PodAffinityTerm {
	if pod.Spec.Affinity == nil || pod.Spec.Affinity.PodAntiAffinity == nil {
		return nil
	}
	return pod.Spec.Affinity.PodAntiAffinity.RequiredDuringSchedulingIgnoredDuringExecution
}

func podTerms(change func(*v1.Pod, *v1.PodAffinityTerm) bool) func(*v1.Pod) bool {
	return func(pod *v1.Pod) bool {
		changed := false
		for _, terms := range [][]v1.PodAffinityTerm{affinityTerms(pod), antiAffinityTerms(pod)} {
			for i := range terms {
				changed = change(pod, &terms[i]) || changed
			}
		}
		return changed
	}
}

// replace sets a value and tells whether it was another one.
func replace[T comparable](at *T, value T) bool {
	if *at == value {
		return false
	}
	*at = value
	return true
}

func ptr[T any](v T) *T { return &v }

func everything() *metav1.LabelSelector {
	return &metav1.LabelSelector{MatchExpressions: []metav1.LabelSelectorRequirement{{Key: "no-such-label", Operator: metav1.LabelSelectorOpDoesNotExist}}}
}

func empty(selector *metav1.LabelSelector) bool {
	return selector != nil && len(selector.MatchLabels) == 0 && len(selector.MatchExpressions) == 0
}

// Plugins in the order they run in.
var Plugins = []string{
	names.NodeUnschedulable, names.NodeName, names.TaintToleration, names.NodeAffinity, names.NodePorts, names.NodeResourcesFit,
	names.PodTopologySpread, names.InterPodAffinity, names.NodeDeclaredFeatures,
}
