package generate

import (
	"fmt"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/api/resource"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	helper "k8s.io/component-helpers/resource"
	"k8s.io/kubernetes/pkg/features"
)

const (
	gpu        = v1.ResourceName("example.com/gpu")
	nic        = v1.ResourceName("example.com/nic")
	hugePages  = v1.ResourceName("hugepages-2Mi")
	attachable = v1.ResourceName("attachable-volumes-csi-x")
	native     = v1.ResourceName("kubernetes.io/slots")
	unprefixed = v1.ResourceName("widgets")
	mebi       = int64(1) << 20
)

func quantity(s string) resource.Quantity { return resource.MustParse(s) }

// amount is a quantity of a resource in the unit that the scheduler counts it in: milli for CPU, one for the rest.
func amount(name v1.ResourceName, n int64) resource.Quantity {
	if name == v1.ResourceCPU {
		return *resource.NewMilliQuantity(n, resource.DecimalSI)
	}
	if name == v1.ResourceMemory || name == v1.ResourceEphemeralStorage || name == hugePages {
		return *resource.NewQuantity(n, resource.BinarySI)
	}
	return *resource.NewQuantity(n, resource.DecimalSI)
}

func count(name v1.ResourceName, q resource.Quantity) int64 {
	if name == v1.ResourceCPU {
		return q.MilliValue()
	}
	return q.Value()
}

func (g *Generator) allocatable(tiny bool) v1.ResourceList {
	list := v1.ResourceList{
		v1.ResourceCPU:    quantity(pick(g, "4", "3920m", "6", "4")),
		v1.ResourceMemory: quantity(pick(g, "8Gi", "7Gi", "7500M")),
		v1.ResourcePods:   quantity(pick(g, "20", "32", "110")),
	}
	if tiny {
		list[v1.ResourceCPU] = quantity(pick(g, "1", "2", "1500m", "1930m"))
		list[v1.ResourceMemory] = quantity(pick(g, "1Gi", "2Gi", "1.5Gi", "1900M"))
	}
	if g.chance(g.crowded) {
		list[v1.ResourcePods] = quantity(pick(g, "1", "2", "3", "4"))
		if g.chance(.2) {
			delete(list, v1.ResourcePods)
		}
	}
	if g.chance(.3) {
		list[v1.ResourceEphemeralStorage] = quantity(pick(g, "10Gi", "1Gi"))
	}
	if g.chance(g.scalars) {
		for _, name := range []v1.ResourceName{gpu, nic, attachable, native, unprefixed} {
			if g.chance(.6) {
				list[name] = quantity(pick(g, "1", "2", "4", "0"))
			}
		}
		if g.chance(.6) {
			list[hugePages] = quantity(pick(g, "64Mi", "128Mi"))
		}
	}
	return list
}

// left is what the node still has of a resource, by the scheduler's own arithmetic.
func (g *Generator) left(node *v1.Node, name v1.ResourceName) int64 {
	left := count(name, node.Status.Allocatable[name])
	for _, pod := range g.pods {
		if pod.Spec.NodeName != node.Name || pod.Status.Phase == v1.PodSucceeded || pod.Status.Phase == v1.PodFailed {
			continue
		}
		requests := helper.PodRequests(pod, helper.PodResourcesOptions{
			UseStatusResources: true,
			InPlacePodLevelResourcesVerticalScalingEnabled: utilfeature.DefaultFeatureGate.Enabled(features.InPlacePodLevelResourcesVerticalScaling),
		})
		left -= count(name, requests[name])
	}
	return left
}

// request sets one resource of a container, by its request, its limit, or both.
func request(c *v1.Container, name v1.ResourceName, n int64, limit bool) {
	list := &c.Resources.Requests
	if limit || overcommitForbidden(name) {
		list = &c.Resources.Limits
	}
	if *list == nil {
		*list = v1.ResourceList{}
	}
	(*list)[name] = amount(name, n)
	if !limit && overcommitForbidden(name) {
		if c.Resources.Requests == nil {
			c.Resources.Requests = v1.ResourceList{}
		}
		c.Resources.Requests[name] = amount(name, n)
	}
}

func overcommitForbidden(name v1.ResourceName) bool {
	return name != v1.ResourceCPU && name != v1.ResourceMemory && name != v1.ResourceEphemeralStorage
}

// wish gives the pod requests that add up to n of a resource by one of the ways a request can come about.
func (g *Generator) wish(pod *v1.Pod, name v1.ResourceName, n int64) {
	if n < 0 {
		n = 0
	}
	part := n / int64(2+g.IntN(3))
	if overcommitForbidden(name) {
		part = n / 2
	}
	small := min(part, n-part) / 2
	limit := pod.Name == incomingName && g.chance(.4) // what is stored has its requests
	first := &pod.Spec.Containers[0]
	canPodLevel := name == v1.ResourceCPU || name == v1.ResourceMemory || name == hugePages
	switch {
	case name == v1.ResourceCPU && n > 2 && g.chance(.08): // parts of a millicore: rounded up, each by the API server, all together by the scheduler
		first.Resources.Requests = merge(first.Resources.Requests, name, quantity(fmt.Sprintf("%d.%dm", n/2-g.Int64N(2), pick(g, 1, 5, 9))))
		second := g.container(pod)
		second.Resources.Requests = merge(second.Resources.Requests, name, quantity(fmt.Sprintf("%d.%dm", n-n/2-1, pick(g, 1, 5, 9))))
	case canPodLevel && g.chance(g.podLevel):
		if pod.Spec.Resources == nil {
			pod.Spec.Resources = &v1.ResourceRequirements{}
		}
		list := &pod.Spec.Resources.Requests
		if limit {
			list = &pod.Spec.Resources.Limits
		}
		if *list == nil {
			*list = v1.ResourceList{}
		}
		own := n
		if g.chance(g.overhead) {
			own = n - part
			g.addOverhead(pod, name, part)
		}
		(*list)[name] = amount(name, own)
		if g.chance(.7) {
			request(first, name, pick(g, part/2, own, own/2), false)
		}
		if g.chance(.15) { // more than the pod as a whole: refused by validation, so as stored only
			request(first, name, own+1, false)
		}
	case g.chance(g.overhead):
		request(first, name, n-part, limit)
		g.addOverhead(pod, name, part)
	case g.chance(g.initial):
		switch g.IntN(6) {
		case 0: // an init container asks for most
			request(first, name, small, false)
			request(g.initContainer(pod, false), name, n, limit)
		case 1: // a sidecar and a container together
			request(g.initContainer(pod, true), name, part, limit)
			request(first, name, n-part, false)
		case 2: // an init container on top of the sidecar before it
			request(g.initContainer(pod, true), name, part, false)
			request(g.initContainer(pod, false), name, n-part, limit)
			request(first, name, small, false)
		case 3: // an init container, then a sidecar that does not count with it
			request(g.initContainer(pod, false), name, n, false)
			request(g.initContainer(pod, true), name, part, limit)
			request(first, name, small, false)
		case 4: // two sidecars around an init container
			request(g.initContainer(pod, true), name, part/2, false)
			request(g.initContainer(pod, false), name, n-part/2, false)
			request(g.initContainer(pod, true), name, part/2, false)
			request(first, name, small, limit)
		default: // two init containers: the larger one counts
			request(g.initContainer(pod, false), name, part, false)
			request(g.initContainer(pod, false), name, n, false)
			request(first, name, small, false)
		}
	case name == v1.ResourceMemory && n > 2 && g.chance(.06):
		first.Resources.Requests = merge(first.Resources.Requests, name, quantity(fmt.Sprintf("%d.5", n-1)))
	case g.chance(.3):
		request(first, name, part, false)
		request(g.container(pod), name, n-part, limit)
	default:
		request(first, name, n, limit)
	}
}

func merge(list v1.ResourceList, name v1.ResourceName, q resource.Quantity) v1.ResourceList {
	if list == nil {
		list = v1.ResourceList{}
	}
	list[name] = q
	return list
}

func (g *Generator) addOverhead(pod *v1.Pod, name v1.ResourceName, n int64) {
	pod.Spec.Overhead = merge(pod.Spec.Overhead, name, amount(name, n))
}

// initContainer returns the init container to ask more for: there is one for each place in a pod's order.
func (g *Generator) initContainer(pod *v1.Pod, sidecar bool) *v1.Container {
	c := v1.Container{Name: fmt.Sprintf("i%d", len(pod.Spec.InitContainers)), Image: "i"}
	if sidecar {
		c.RestartPolicy = ptr(v1.ContainerRestartPolicyAlways)
	}
	pod.Spec.InitContainers = append(pod.Spec.InitContainers, c)
	return &pod.Spec.InitContainers[len(pod.Spec.InitContainers)-1]
}

func (g *Generator) container(pod *v1.Pod) *v1.Container {
	if len(pod.Spec.Containers) < 2 {
		pod.Spec.Containers = append(pod.Spec.Containers, v1.Container{Name: "b", Image: "i"})
	}
	return &pod.Spec.Containers[len(pod.Spec.Containers)-1]
}

// resize makes the pod one whose resources change, or were to change, while it runs.
func (g *Generator) resize(pod *v1.Pod) {
	name := pick(g, v1.ResourceCPU, v1.ResourceMemory)
	unit := int64(50)
	if name == v1.ResourceMemory {
		unit = 32 * mebi
	}
	vary := func(n int64) int64 { return max(unit, n+int64(g.IntN(9)-4)*unit) }
	lists := func(requests v1.ResourceList) (actuated, allocated v1.ResourceList) {
		n := count(name, requests[name])
		if g.chance(.85) {
			actuated = v1.ResourceList{name: amount(name, vary(n))}
			if g.chance(.1) {
				actuated = v1.ResourceList{}
			}
		}
		if g.chance(.6) {
			allocated = v1.ResourceList{name: amount(name, vary(n))}
		}
		return actuated, allocated
	}
	status := func(c *v1.Container) v1.ContainerStatus {
		actuated, allocated := lists(c.Resources.Requests)
		s := v1.ContainerStatus{Name: c.Name, AllocatedResources: allocated}
		if actuated != nil {
			s.Resources = &v1.ResourceRequirements{Requests: actuated}
		}
		return s
	}
	for i := range pod.Spec.Containers {
		if g.chance(.85) {
			pod.Status.ContainerStatuses = append(pod.Status.ContainerStatuses, status(&pod.Spec.Containers[i]))
		}
	}
	for i := range pod.Spec.InitContainers {
		if g.chance(.7) {
			pod.Status.InitContainerStatuses = append(pod.Status.InitContainerStatuses, status(&pod.Spec.InitContainers[i]))
		}
	}
	if pod.Spec.Resources != nil && g.chance(.8) {
		actuated, allocated := lists(pod.Spec.Resources.Requests)
		pod.Status.AllocatedResources = allocated
		if actuated != nil {
			pod.Status.Resources = &v1.ResourceRequirements{Requests: actuated}
		}
	}
	if g.chance(.4) {
		pod.Status.Conditions = append(pod.Status.Conditions, v1.PodCondition{
			Type: v1.PodResizePending, Status: v1.ConditionTrue, Reason: pick(g, v1.PodReasonInfeasible, v1.PodReasonInfeasible, v1.PodReasonDeferred),
		})
	}
}
