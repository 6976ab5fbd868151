// Package compare holds an evaluator of our own against the oracle, and makes what they disagree about small.
package compare

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"os/exec"
	"reflect"
	"sort"
	"strings"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/oracle"
)

// Evaluator is a program that answers cases, a line each, in order.
type Evaluator struct {
	command *exec.Cmd
	in      io.WriteCloser
	out     *bufio.Reader
}

// Start starts the program.
func Start(command []string) (*Evaluator, error) {
	cmd := exec.Command(command[0], command[1:]...)
	cmd.Stderr = os.Stderr
	in, err := cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	if err := cmd.Start(); err != nil {
		return nil, err
	}
	return &Evaluator{command: cmd, in: in, out: bufio.NewReaderSize(out, 1<<20)}, nil
}

// Send asks about a case; its answer is to be received.
func (e *Evaluator) Send(c *cases.Case) error {
	line, err := json.Marshal(c)
	if err != nil {
		return err
	}
	return e.SendLine(line)
}

// SendLine sends a case as it is written.
func (e *Evaluator) SendLine(line []byte) error {
	_, err := e.in.Write(append(line, '\n'))
	return err
}

// Receive returns the next answer.
func (e *Evaluator) Receive() (cases.Answer, error) {
	var answer cases.Answer
	line, err := e.out.ReadBytes('\n')
	if err != nil {
		return answer, fmt.Errorf("the evaluator ended: %w", err)
	}
	if err := json.Unmarshal(line, &answer); err != nil {
		return answer, fmt.Errorf("the evaluator wrote %.80q: %w", line, err)
	}
	return answer, nil
}

// Ask sends one case and waits for its answer.
func (e *Evaluator) Ask(c *cases.Case) (cases.Answer, error) {
	if err := e.Send(c); err != nil {
		return cases.Answer{}, err
	}
	return e.Receive()
}

// Finish tells the program that no more cases come.
func (e *Evaluator) Finish() { _ = e.in.Close() }

// Wait waits for its end.
func (e *Evaluator) Wait() error { return e.command.Wait() }

// Kind names what two answers disagree about; empty: they agree.
func Kind(expected, ours cases.Answer) string {
	if expected.Error != "" || ours.Error != "" {
		if expected.Error != "" && ours.Error != "" {
			return ""
		}
		return "error: expected " + or(firstWords(expected.Error), "an answer") + ", ours " + or(firstWords(ours.Error), "an answer")
	}
	names := make([]string, 0, len(expected.Nodes))
	for name := range expected.Nodes {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		verdict, ok := ours.Nodes[name]
		if !ok {
			return "a node is missing"
		}
		if !reflect.DeepEqual(expected.Nodes[name], verdict) {
			return "expected " + describe(expected.Nodes[name]) + ", ours " + describe(verdict)
		}
	}
	switch {
	case len(ours.Nodes) != len(expected.Nodes):
		return "a node too many"
	case ours.FitError != expected.FitError:
		return "fitError"
	}
	return ""
}

func describe(v cases.Verdict) string {
	if v.Fits {
		return "fits"
	}
	return v.Plugin + " (" + strings.Join(v.Reasons, "; ") + ", " + v.Code + ")"
}

func firstWords(s string) string {
	words := strings.Fields(s)
	return strings.Join(words[:min(4, len(words))], " ")
}

func or(s, other string) string {
	if s == "" {
		return other
	}
	return s
}

// Minimise makes a case smaller for as long as it shows the same kind of disagreement.
func Minimise(o *oracle.Oracle, e *Evaluator, c *cases.Case, kind string) (*cases.Case, error) {
	line, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	var tree any
	if err := json.Unmarshal(line, &tree); err != nil {
		return nil, err
	}
	smallest := c
	var failure error
	holds := func() bool {
		text, err := json.Marshal(tree)
		if err != nil {
			failure = err
			return false
		}
		candidate, err := cases.Decode(text)
		if err != nil {
			return false
		}
		answer := o.Answer(candidate)
		ours, err := e.Ask(candidate)
		if err != nil {
			failure = err
			return false
		}
		if Kind(answer, ours) != kind {
			return false
		}
		smallest = candidate
		return true
	}
	for changed := true; changed && failure == nil; {
		changed = shrink(tree, "", holds)
	}
	return smallest, failure
}

// shrink tries to leave out every member of the tree, the larger ones first.
func shrink(tree any, path string, holds func() bool) bool {
	changed := false
	switch node := tree.(type) {
	case map[string]any:
		keys := make([]string, 0, len(node))
		for key := range node {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			if path == "" && (key == "id" || key == "pod") || key == "name" && strings.HasSuffix(path, ".metadata") || key == "namespace" {
				if key != "pod" {
					continue
				}
			} else {
				value := node[key]
				delete(node, key)
				if holds() {
					changed = true
					continue
				}
				node[key] = value
			}
			if list, ok := node[key].([]any); ok {
				kept, fewer := shrinkList(list, func(l []any) { node[key] = l }, holds)
				node[key] = kept
				changed = changed || fewer
			}
			changed = shrink(node[key], path+"."+key, holds) || changed
		}
	case []any:
		for i := range node {
			changed = shrink(node[i], path+"[]", holds) || changed
		}
	}
	return changed
}

func shrinkList(list []any, set func([]any), holds func() bool) ([]any, bool) {
	changed := false
	for i := 0; i < len(list); {
		shorter := append(append([]any{}, list[:i]...), list[i+1:]...)
		set(shorter)
		if holds() {
			list, changed = shorter, true
			continue
		}
		set(list)
		i++
	}
	return list, changed
}
