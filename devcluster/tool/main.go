// Command devcluster brings up a real Kubernetes control plane on this machine, for the project's tests and demos:
// etcd, kube-apiserver, kube-controller-manager and kube-scheduler, with KWOK in the place of the kubelets.
//
// It needs the standard library alone. README.md, beside the wrapper script, describes it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"regexp"
	"strings"
)

const usage = `devcluster: a real Kubernetes control plane on this machine

  devcluster build      [--kube V]                        build the components once, into the cache
  devcluster up         [--name N] [--nodes N] [--kube V] [--audit] [--node-grace D] [--emulate V]
                                                          bring a cluster up and leave it running
  devcluster run        … the same flags, --until-stdin-closes
                                                          the same in the foreground; Ctrl-C ends it
  devcluster down       [--name N] [--all]                end a cluster and remove its state
  devcluster list                                         the clusters that exist
  devcluster kubeconfig [--name N]                        the path of the admin kubeconfig
  devcluster kubectl    [--kube V]                        the path of the kubectl of that version; builds it if need be
  devcluster env        [--name N]                        export KUBECONFIG=… PATH=…, for eval
  devcluster node add   NODE [--name N] [--cpu 4] [--memory 16Gi] [--pods 110] [--zone Z]
                             [--label k=v]… [--taint k=v:Effect]…
  devcluster node rm    NODE [--name N]

Versions (--kube): %s; the first is the default, or what KUBE in the environment names.
`

// failure is an error whose text is meant for the user as it stands.
type failure struct{ text string }

func (f failure) Error() string { return f.text }

func failf(format string, args ...any) error { return failure{fmt.Sprintf(format, args...)} }

func main() {
	err := dispatch(os.Args[1:])
	var exit exitCode
	switch {
	case err == nil:
	case errors.As(err, &exit):
		os.Exit(int(exit))
	default:
		fmt.Fprintln(os.Stderr, "devcluster: "+err.Error())
		os.Exit(1)
	}
}

// exitCode ends the program with that code and no further word.
type exitCode int

func (exitCode) Error() string { return "exit" }

func dispatch(args []string) error {
	home, err := findHome()
	if err != nil {
		return err
	}
	if len(args) == 0 {
		args = []string{"help"}
	}
	command, rest := args[0], args[1:]
	switch command {
	case "build":
		return buildCommand(home, rest)
	case "up":
		return upCommand(home, rest)
	case "run":
		return runCommand(home, rest)
	case "keep":
		return keepCommand(home, rest)
	case "down":
		return downCommand(home, rest)
	case "list":
		return listCommand(home, rest)
	case "kubeconfig":
		return kubeconfigCommand(home, rest)
	case "kubectl":
		return kubectlCommand(home, rest)
	case "env":
		return envCommand(home, rest)
	case "node":
		return nodeCommand(home, rest)
	case "help", "-h", "--help":
		versions, err := home.versions()
		if err != nil {
			return err
		}
		fmt.Printf(usage, strings.Join(versions, ", "))
		return nil
	}
	return failf("there is no command %q; `devcluster help` lists them", command)
}

// flags is a FlagSet that reports its errors in a sentence.
func flags(command string) *flag.FlagSet {
	set := flag.NewFlagSet(command, flag.ContinueOnError)
	set.SetOutput(io.Discard)
	return set
}

// parse reads flags and positional arguments in any order.
func parse(set *flag.FlagSet, args []string, positional ...*string) error {
	var names []string
	for {
		if err := set.Parse(args); err != nil {
			if errors.Is(err, flag.ErrHelp) {
				return failf("`devcluster help` lists the commands and their flags")
			}
			return failf("%s: %v", set.Name(), err)
		}
		if set.NArg() == 0 {
			break
		}
		names = append(names, set.Arg(0))
		args = set.Args()[1:]
	}
	if len(names) > len(positional) {
		return failf("%s: unexpected argument %q", set.Name(), names[len(positional)])
	}
	for i, name := range names {
		*positional[i] = name
	}
	return nil
}

var clusterName = regexp.MustCompile(`^[a-z0-9]([-a-z0-9]{0,38}[a-z0-9])?$`)

func checkName(name string) error {
	if !clusterName.MatchString(name) {
		return failf("%q is no name for a cluster: use up to 40 lower-case letters, digits and dashes", name)
	}
	return nil
}

// stringList collects a flag that may be given several times.
type stringList []string

func (l *stringList) String() string { return strings.Join(*l, ",") }

func (l *stringList) Set(value string) error {
	*l = append(*l, value)
	return nil
}
