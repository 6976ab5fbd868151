package oracle

import (
	"context"

	v1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	apiadmission "k8s.io/apiserver/pkg/admission"
	utilfeature "k8s.io/apiserver/pkg/util/feature"
	"k8s.io/kubernetes/pkg/api/legacyscheme"
	api "k8s.io/kubernetes/pkg/apis/core"
	_ "k8s.io/kubernetes/pkg/apis/core/install" // registers the defaults and conversions
	podregistry "k8s.io/kubernetes/pkg/registry/core/pod"
	"k8s.io/kubernetes/plugin/pkg/admission/defaulttolerationseconds"
)

// admission is what a kube-apiserver does to a pod on create, by its own code.
type admission struct {
	tolerations *defaulttolerationseconds.Plugin
}

func newAdmission() (*admission, error) {
	plugin := defaulttolerationseconds.NewDefaultTolerationSeconds()
	plugin.InspectFeatureGates(utilfeature.DefaultFeatureGate)
	return &admission{tolerations: plugin}, plugin.ValidateInitialization()
}

// admit returns the pod as it would be stored: decoded with its defaults, DefaultTolerationSeconds, the strategy's
// PrepareForCreate (which merges matchLabelKeys and clears the status), and read back with its defaults.
func (a *admission) admit(ctx context.Context, pod *v1.Pod) (*v1.Pod, error) {
	internal, err := a.prepare(ctx, pod)
	if err != nil {
		return nil, err
	}
	stored := &v1.Pod{}
	if err := legacyscheme.Scheme.Convert(internal, stored, nil); err != nil {
		return nil, err
	}
	legacyscheme.Scheme.Default(stored)
	return stored, nil
}

func (a *admission) prepare(ctx context.Context, pod *v1.Pod) (*api.Pod, error) {
	decoded := pod.DeepCopy()
	if decoded.Namespace == "" {
		decoded.Namespace = metav1.NamespaceDefault
	}
	legacyscheme.Scheme.Default(decoded)
	internal := &api.Pod{}
	if err := legacyscheme.Scheme.Convert(decoded, internal, nil); err != nil {
		return nil, err
	}
	attributes := apiadmission.NewAttributesRecord(internal, nil, api.Kind("Pod").WithVersion("version"), internal.Namespace, internal.Name,
		api.Resource("pods").WithVersion("version"), "", apiadmission.Create, &metav1.CreateOptions{}, false, nil)
	if err := a.tolerations.Admit(ctx, attributes, nil); err != nil {
		return nil, err
	}
	podregistry.Strategy.PrepareForCreate(ctx, internal)
	return internal, nil
}

// Admit returns the pod as a kube-apiserver would store it.
func (o *Oracle) Admit(pod *v1.Pod) (*v1.Pod, error) { return o.admission.admit(o.ctx, pod) }

// Validate says what a kube-apiserver would refuse about the pod; empty: nothing.
func (o *Oracle) Validate(pod *v1.Pod) []string {
	internal, err := o.admission.prepare(o.ctx, pod)
	if err != nil {
		return []string{err.Error()}
	}
	var complaints []string
	for _, complaint := range podregistry.Strategy.Validate(o.ctx, internal) {
		complaints = append(complaints, complaint.Error())
	}
	return complaints
}
