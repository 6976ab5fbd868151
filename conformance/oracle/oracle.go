// Package oracle asks the real kube-scheduler: scheduler.New with the default profile, its own cache, snapshot and
// scheduling queue, informer stores filled directly. No rule is written down here a second time.
package oracle

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	v1 "k8s.io/api/core/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/apimachinery/pkg/util/sets"
	"k8s.io/client-go/informers"
	"k8s.io/client-go/kubernetes"
	"k8s.io/client-go/rest"
	"k8s.io/client-go/tools/events"
	"k8s.io/klog/v2"
	fwk "k8s.io/kube-scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler"
	schedulercache "k8s.io/kubernetes/pkg/scheduler/backend/cache"
	"k8s.io/kubernetes/pkg/scheduler/framework"
	"k8s.io/kubernetes/pkg/scheduler/framework/plugins/names"
	"k8s.io/kubernetes/pkg/scheduler/profile"

	"colocatedcache.dev/conformance/cases"
)

// Oracle is one real scheduler. It is not for concurrent use; several may live side by side.
type Oracle struct {
	ctx       context.Context
	logger    klog.Logger
	scheduler *scheduler.Scheduler
	framework framework.Framework
	snapshot  *schedulercache.Snapshot
	factory   informers.SharedInformerFactory
	admission *admission

	nodes  []*v1.Node
	bound  []*v1.Pod
	queued []*v1.Pod
}

// noEvents drops the events that the scheduler would write.
type noEvents struct{}

func (noEvents) NewRecorder(string) events.EventRecorderLogger { return &events.FakeRecorder{} }

// New starts a scheduler without a cluster: its client points nowhere, and nothing of it runs in the background.
func New(ctx context.Context) (*Oracle, error) {
	client, err := kubernetes.NewForConfig(&rest.Config{Host: "http://127.0.0.1:1"})
	if err != nil {
		return nil, err
	}
	factory := scheduler.NewInformerFactory(client, 0)
	recorders := func(string) events.EventRecorderLogger { return noEvents{}.NewRecorder("") }
	s, err := scheduler.New(ctx, client, factory, nil, profile.RecorderFactory(recorders))
	if err != nil {
		return nil, err
	}
	f := s.Profiles[v1.DefaultSchedulerName]
	snapshot, ok := f.SnapshotSharedLister().(*schedulercache.Snapshot)
	if !ok {
		return nil, fmt.Errorf("the scheduler's snapshot is a %T", f.SnapshotSharedLister())
	}
	admission, err := newAdmission()
	if err != nil {
		return nil, err
	}
	return &Oracle{
		ctx: ctx, logger: klog.FromContext(ctx), scheduler: s, framework: f, snapshot: snapshot, factory: factory, admission: admission,
	}, nil
}

// Answer judges the case's pod on every node of the case.
func (o *Oracle) Answer(c *cases.Case) (answer cases.Answer) {
	answer.ID = c.ID
	pod, err := o.enter(c, c.Pod, "incoming")
	defer o.clear()
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	nodes, message, err := o.judge(pod)
	if err != nil {
		answer.Error = err.Error()
		return answer
	}
	answer.Nodes, answer.FitError = nodes, message
	return answer
}

// Place places the case's sequence, one pod after the other, each with everything before it in place.
func (o *Oracle) Place(c *cases.Case) (p cases.Placement) {
	p.ID = c.ID
	if _, err := o.enter(c, nil, ""); err != nil {
		o.clear()
		p.Error = err.Error()
		return p
	}
	defer o.clear()
	for i, step := range c.Sequence {
		placed, err := o.placeOne(c, step, i)
		if err != nil {
			p.Error = fmt.Sprintf("sequence[%d]: %v", i, err)
			return p
		}
		if placed.Fits {
			p.Placed++
		}
		p.Steps = append(p.Steps, placed)
	}
	return p
}

func (o *Oracle) placeOne(c *cases.Case, step cases.Step, i int) (cases.PlacedStep, error) {
	pod, err := o.incoming(c.Admit, step.Pod, types.UID(fmt.Sprintf("sequence-%d", i)))
	if err != nil {
		return cases.PlacedStep{}, err
	}
	if step.Pod.Name == "" {
		pod.Name = string(pod.UID)
	}
	if err := o.scheduler.Cache.UpdateSnapshot(o.logger, o.snapshot); err != nil {
		return cases.PlacedStep{}, err
	}
	verdicts, message, err := o.judge(pod)
	if err != nil {
		return cases.PlacedStep{}, err
	}
	node := step.Node
	if node == "" {
		if message != "" {
			return cases.PlacedStep{FitError: message}, nil
		}
		result, err := o.schedule(pod)
		if err != nil {
			return cases.PlacedStep{}, err
		}
		node = result.SuggestedHost
	}
	verdict, known := verdicts[node]
	if !known {
		return cases.PlacedStep{}, fmt.Errorf("no node %q", node)
	}
	if !verdict.Fits {
		return cases.PlacedStep{Node: node, Verdict: verdict}, nil
	}
	bound := pod.DeepCopy()
	bound.Spec.NodeName = node
	o.copyTopologyLabels(bound)
	if err := o.bind(bound); err != nil {
		return cases.PlacedStep{}, err
	}
	return cases.PlacedStep{Node: node, Verdict: verdict}, nil
}

// copyTopologyLabels does what the PodTopologyLabels admission plugin does to a Binding.
func (o *Oracle) copyTopologyLabels(pod *v1.Pod) {
	for _, node := range o.nodes {
		if node.Name != pod.Spec.NodeName {
			continue
		}
		for _, key := range []string{v1.LabelTopologyZone, v1.LabelTopologyRegion} {
			if value, ok := node.Labels[key]; ok {
				if pod.Labels == nil {
					pod.Labels = map[string]string{}
				}
				pod.Labels[key] = value
			}
		}
	}
}

// enter fills the scheduler with the case's cluster, as its event handlers would, and returns the pod to judge.
func (o *Oracle) enter(c *cases.Case, pod *v1.Pod, uid types.UID) (*v1.Pod, error) {
	namespaces := o.factory.Core().V1().Namespaces().Informer().GetStore()
	objects := make([]any, 0, len(c.Namespaces))
	for _, namespace := range c.Namespaces {
		if namespace == nil {
			return nil, errors.New("namespaces holds null")
		}
		objects = append(objects, namespace)
	}
	if err := namespaces.Replace(objects, ""); err != nil {
		return nil, err
	}
	seen := map[string]bool{}
	for _, node := range c.Nodes {
		if node == nil {
			return nil, errors.New("nodes holds null")
		}
		if seen[node.Name] {
			return nil, fmt.Errorf("node %q: there are two of this name", node.Name)
		}
		seen[node.Name] = true
		o.scheduler.Cache.AddNode(o.logger, node)
		o.nodes = append(o.nodes, node)
	}
	store := o.factory.Core().V1().Pods().Informer().GetStore()
	for i, existing := range c.Pods {
		if existing == nil {
			return nil, errors.New("pods holds null")
		}
		// The scheduler's informer never sees these (newPodInformer in scheduler.go).
		if existing.Status.Phase == v1.PodSucceeded || existing.Status.Phase == v1.PodFailed {
			continue
		}
		if existing.UID == "" {
			existing = shallow(existing)
			existing.UID = types.UID(fmt.Sprintf("pod-%d", i))
		}
		if existing.Spec.NodeName != "" {
			if err := o.bind(existing); err != nil {
				return nil, err
			}
			continue
		}
		// A pod without a scheduler's name is not stored by any API server; it is taken for one of the default scheduler.
		if existing.Spec.SchedulerName == "" {
			existing = shallow(existing)
			existing.Spec.SchedulerName = v1.DefaultSchedulerName
		}
		if existing.Status.NominatedNodeName == "" || !o.scheduler.Profiles.HandlesSchedulerName(existing.Spec.SchedulerName) {
			continue
		}
		if err := store.Add(existing); err != nil {
			return nil, err
		}
		o.scheduler.SchedulingQueue.Add(o.ctx, existing)
		o.queued = append(o.queued, existing)
	}
	if err := o.scheduler.Cache.UpdateSnapshot(o.logger, o.snapshot); err != nil {
		return nil, err
	}
	if pod == nil {
		return nil, nil
	}
	return o.incoming(c.Admit, pod, uid)
}

// shallow copies what enter changes, so that the caller's pod stays as it is.
func shallow(pod *v1.Pod) *v1.Pod {
	copied := *pod
	return &copied
}

func (o *Oracle) incoming(admit bool, pod *v1.Pod, uid types.UID) (*v1.Pod, error) {
	if admit {
		admitted, err := o.admission.admit(o.ctx, pod)
		if err != nil {
			return nil, fmt.Errorf("pod: %w", err)
		}
		pod = admitted
	} else {
		pod = pod.DeepCopy()
	}
	pod.UID = uid
	if len(pod.Spec.SchedulingGates) > 0 {
		return nil, errors.New("pod: has scheduling gates, the filters never see it")
	}
	return pod, nil
}

func (o *Oracle) bind(pod *v1.Pod) error {
	if err := o.scheduler.Cache.AddPod(o.logger, pod); err != nil {
		return fmt.Errorf("pod %s/%s: %w", pod.Namespace, pod.Name, err)
	}
	o.bound = append(o.bound, pod)
	return nil
}

// clear takes everything out of the scheduler again.
func (o *Oracle) clear() {
	for _, pod := range o.queued {
		o.scheduler.SchedulingQueue.Delete(pod)
	}
	_ = o.factory.Core().V1().Pods().Informer().GetStore().Replace(nil, "")
	for _, pod := range o.bound {
		_ = o.scheduler.Cache.RemovePod(o.logger, pod)
	}
	for _, node := range o.nodes {
		_ = o.scheduler.Cache.RemoveNode(o.logger, node)
	}
	o.queued, o.bound, o.nodes = nil, nil, nil
}

// judge runs PreFilter once and Filter on each node, then asks SchedulePod for the message.
func (o *Oracle) judge(pod *v1.Pod) (map[string]cases.Verdict, string, error) {
	infos, err := o.snapshot.NodeInfos().List()
	if err != nil {
		return nil, "", err
	}
	verdicts := make(map[string]cases.Verdict, len(infos))
	fitting := 0
	if len(infos) > 0 {
		state := framework.NewCycleState()
		result, status, plugins := o.framework.RunPreFilterPlugins(o.ctx, state, pod)
		if !status.IsSuccess() && !status.IsRejected() {
			return nil, "", status.AsError()
		}
		for _, info := range infos {
			name := info.Node().Name
			verdict := status
			switch {
			case !status.IsSuccess():
			case !result.AllNodes() && !result.NodeNames.Has(name):
				// findNodesThatFitPod writes this status for nodes that PreFilter left out, and names no plugin in it.
				by := sets.List(plugins)
				verdict = fwk.NewStatus(fwk.UnschedulableAndUnresolvable, fmt.Sprintf("node(s) didn't satisfy plugin(s) %v", by)).WithPlugin(strings.Join(by, ","))
			default:
				verdict = o.framework.RunFilterPluginsWithNominatedPods(o.ctx, state, pod, info)
			}
			switch {
			case verdict.IsSuccess():
				fitting++
				verdicts[name] = cases.Verdict{Fits: true}
			case verdict.IsRejected():
				verdicts[name] = cases.Verdict{Plugin: verdict.Plugin(), Reasons: ordered(verdict), Code: verdict.Code().String()}
			default:
				return nil, "", verdict.AsError()
			}
		}
	}
	if fitting > 0 {
		return verdicts, "", nil
	}
	_, err = o.schedule(pod)
	var fitError *framework.FitError
	switch {
	case err == nil:
		return nil, "", errors.New("SchedulePod found a node where the filters found none")
	case errors.As(err, &fitError), errors.Is(err, scheduler.ErrNoNodesAvailable):
		return verdicts, err.Error(), nil
	default:
		return nil, "", err
	}
}

func (o *Oracle) schedule(pod *v1.Pod) (scheduler.ScheduleResult, error) {
	// A pod whose selectors do not parse is an error of the InterPodAffinity plugin's PreFilter, not of this program.
	info, _ := framework.NewPodInfo(pod)
	return o.scheduler.SchedulePod(o.ctx, o.framework, framework.NewCycleState(), &framework.QueuedPodInfo{PodInfo: info})
}

// ordered returns a verdict's reasons in an order that does not change from run to run: NodeResourcesFit goes through the
// pods, the resources that every node has and then, in the order of a Go map, the others.
func ordered(status *fwk.Status) []string {
	reasons := slices.Clone(status.Reasons())
	if status.Plugin() != names.NodeResourcesFit {
		return reasons
	}
	fixed := []string{"Too many pods", "Insufficient cpu", "Insufficient memory", "Insufficient ephemeral-storage"}
	rank := func(reason string) int {
		if i := slices.Index(fixed, reason); i >= 0 {
			return i
		}
		return len(fixed)
	}
	slices.SortFunc(reasons, func(a, b string) int {
		return cmp.Or(cmp.Compare(rank(a), rank(b)), cmp.Compare(a, b))
	})
	return reasons
}
