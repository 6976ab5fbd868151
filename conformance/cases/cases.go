// Package cases holds the JSON lines that the oracle, the generator and `explain --batch` exchange.
package cases

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"

	v1 "k8s.io/api/core/v1"
	kjson "sigs.k8s.io/json"
)

// Case is one question: would this pod be scheduled in this cluster, and if not, why not.
type Case struct {
	ID json.RawMessage `json:"id"`
	// Admit tells that the pod is as a user writes it, so that what the API server does on create comes first.
	// Existing pods are always as stored.
	Admit      bool            `json:"admit"`
	Nodes      []*v1.Node      `json:"nodes"`
	Pods       []*v1.Pod       `json:"pods"`
	Namespaces []*v1.Namespace `json:"namespaces"`
	Pod        *v1.Pod         `json:"pod,omitempty"`
	// Sequence is what the place mode places, one after the other; Pod is then not read.
	Sequence []Step `json:"sequence,omitempty"`
}

// MarshalJSON leaves out what Go writes of a Node, a Pod or a Namespace although nobody set it.
func (c *Case) MarshalJSON() ([]byte, error) {
	type plain Case
	text, err := json.Marshal((*plain)(c))
	if err != nil {
		return nil, err
	}
	decoder := json.NewDecoder(bytes.NewReader(text))
	decoder.UseNumber()
	var tree map[string]any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	prune(tree)
	// The members in the order that a reader looks for them.
	line := &bytes.Buffer{}
	for _, key := range []string{"id", "admit", "nodes", "pods", "namespaces", "pod", "sequence"} {
		value, ok := tree[key]
		if !ok {
			continue
		}
		text, err := json.Marshal(value)
		if err != nil {
			return nil, err
		}
		fmt.Fprintf(line, ",%q:%s", key, text)
	}
	return append(append([]byte{'{'}, line.Bytes()[1:]...), '}'), nil
}

func prune(value any) {
	switch node := value.(type) {
	case map[string]any:
		for key, member := range node {
			if member == nil || key == "daemonEndpoints" || key == "nodeInfo" {
				delete(node, key)
				continue
			}
			if object, ok := member.(map[string]any); ok && len(object) == 0 && key == "status" {
				delete(node, key)
				continue
			}
			prune(member)
		}
	case []any:
		for _, member := range node {
			prune(member)
		}
	}
}

// Step is one pod of a sequence.
type Step struct {
	Pod *v1.Pod `json:"pod"`
	// Node is where it is claimed to fit; empty: wherever the scheduler puts it.
	Node string `json:"node,omitempty"`
}

// Verdict is what the filters say about one node.
type Verdict struct {
	Fits    bool     `json:"fits"`
	Plugin  string   `json:"plugin,omitempty"`
	Reasons []string `json:"reasons,omitempty"`
	Code    string   `json:"code,omitempty"`
}

// Answer is the answer to a Case.
type Answer struct {
	ID       json.RawMessage    `json:"id"`
	Nodes    map[string]Verdict `json:"nodes,omitempty"`
	FitError string             `json:"fitError"`
	Error    string             `json:"error,omitempty"`
}

// MarshalJSON leaves everything but the error out of an answer that is one.
func (a Answer) MarshalJSON() ([]byte, error) {
	if a.Error != "" {
		return json.Marshal(struct {
			ID    json.RawMessage `json:"id"`
			Error string          `json:"error"`
		}{a.ID, a.Error})
	}
	nodes := a.Nodes
	if nodes == nil {
		nodes = map[string]Verdict{}
	}
	return json.Marshal(struct {
		ID       json.RawMessage    `json:"id"`
		Nodes    map[string]Verdict `json:"nodes"`
		FitError string             `json:"fitError"`
	}{a.ID, nodes, a.FitError})
}

// Placement is the answer to a Case with a Sequence: a verdict a step, on the step's own node.
type Placement struct {
	ID    json.RawMessage `json:"id"`
	Steps []PlacedStep    `json:"steps"`
	// Placed counts the steps whose pod was placed. A pod that was not is left out of what follows.
	Placed int    `json:"placed"`
	Error  string `json:"error,omitempty"`
}

// PlacedStep is what became of one Step.
type PlacedStep struct {
	Node string `json:"node,omitempty"`
	Verdict
	FitError string `json:"fitError,omitempty"`
}

// Decode reads a case as the API machinery does: field names are case-sensitive, unknown ones ignored.
func Decode(line []byte) (*Case, error) {
	c := &Case{}
	if err := kjson.UnmarshalCaseSensitivePreserveInts(line, c); err != nil {
		return c, err
	}
	if c.Pod == nil && len(c.Sequence) == 0 {
		return c, fmt.Errorf("no pod")
	}
	return c, nil
}

// ReadLines calls f with each non-empty line.
func ReadLines(r io.Reader, f func(line []byte) error) error {
	reader := bufio.NewReaderSize(r, 1<<20)
	for {
		line, err := reader.ReadBytes('\n')
		for len(line) > 0 && (line[len(line)-1] == '\n' || line[len(line)-1] == '\r') {
			line = line[:len(line)-1]
		}
		if len(line) > 0 {
			if ferr := f(line); ferr != nil {
				return ferr
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
