package main

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"sort"
	"strings"
	"time"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/compare"
	"colocatedcache.dev/conformance/generate"
	"colocatedcache.dev/conformance/oracle"
)

// A line that takes this long to answer hangs.
const patience = 20 * time.Second

// fuzz sends mutated cases for as long as it is told to. Every line must get an answer; an error must be a sentence; and
// where both we and the scheduler answer, the answers must be the same.
func fuzz(ctx context.Context, b *batch, command []string, out io.Writer) error {
	if len(command) == 0 {
		return errors.New("fuzz what? Give a command after --")
	}
	evaluator, err := compare.Start(command)
	if err != nil {
		return err
	}
	defer evaluator.Finish()
	o, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	random := rand.New(rand.NewPCG(b.seed, 7))
	generator := generate.New(b.seed)
	findings := map[string]*finding{}
	lines, answered, agreed := 0, 0, 0
	for end := time.Now().Add(time.Duration(b.minutes * float64(time.Minute))); time.Now().Before(end); {
		line, err := mutant(random, generator.Next(1)[0])
		if err != nil {
			return err
		}
		lines++
		ours, text, err := exchange(evaluator, line)
		if err != nil {
			return fmt.Errorf("line %d: %w\n%.2000s", lines, err, line)
		}
		kind := ""
		if ours.Error != "" {
			if strings.Contains(text, "Exception") || strings.Contains(text, "java.") || strings.Contains(text, "Error:") || strings.Contains(text, "fabric8") || strings.Contains(text, "fasterxml") {
				kind = "not a sentence: " + ours.Error
			}
		} else {
			answered++
			c, err := cases.Decode(line)
			if err != nil && strings.Contains(err.Error(), "parsing time") {
				continue // a time is only looked at for being there
			} else if err != nil {
				kind = "answered what the API machinery does not read: " + err.Error()
			} else if theirs, ok := guarded(o, c); !ok {
				if o, err = oracle.New(ctx); err != nil {
					return err
				}
			} else if theirs.Error == "" {
				agreed++
				kind = compare.Kind(theirs, ours)
			} else {
				kind = "answered what the scheduler does not: " + theirs.Error
			}
		}
		if kind != "" {
			if len(kind) > 160 {
				kind = kind[:160]
			}
			if findings[kind] == nil {
				findings[kind] = &finding{line: line}
			}
			findings[kind].count++
			if len(line) < len(findings[kind].line) {
				findings[kind].line = line
			}
		}
	}
	fmt.Fprintf(out, "seed %d: %d mutated lines, each answered; %d with verdicts, %d of them by the scheduler too\n", b.seed, lines, answered, agreed)
	kinds := make([]string, 0, len(findings))
	for kind := range findings {
		kinds = append(kinds, kind)
	}
	sort.Slice(kinds, func(i, j int) bool { return findings[kinds[i]].count > findings[kinds[j]].count })
	for _, kind := range kinds {
		fmt.Fprintf(out, "\n%d times: %s\n%.4000s\n", findings[kind].count, kind, findings[kind].line)
	}
	return nil
}

type finding struct {
	count int
	line  []byte
}

// exchange sends one line and waits for its answer, but not for ever.
func exchange(e *compare.Evaluator, line []byte) (cases.Answer, string, error) {
	type reply struct {
		answer cases.Answer
		text   string
		err    error
	}
	replies := make(chan reply, 1)
	go func() {
		if err := e.SendLine(line); err != nil {
			replies <- reply{err: err}
			return
		}
		answer, err := e.Receive()
		replies <- reply{answer, answer.Error, err}
	}()
	select {
	case r := <-replies:
		return r.answer, r.text, r.err
	case <-time.After(patience):
		return cases.Answer{}, "", errors.New("no answer")
	}
}

// guarded asks the scheduler, which trusts that an API server has looked at everything first and may panic.
func guarded(o *oracle.Oracle, c *cases.Case) (answer cases.Answer, ok bool) {
	defer func() { ok = recover() == nil }()
	return o.Answer(c), true
}

func mutant(r *rand.Rand, c *cases.Case) ([]byte, error) {
	line, err := json.Marshal(c)
	if err != nil {
		return nil, err
	}
	if r.IntN(6) == 0 {
		return mutateText(r, line), nil
	}
	decoder := json.NewDecoder(bytes.NewReader(line))
	decoder.UseNumber()
	var tree any
	if err := decoder.Decode(&tree); err != nil {
		return nil, err
	}
	for range 1 + r.IntN(4) {
		mutateTree(r, tree)
	}
	return json.Marshal(tree)
}

func mutateText(r *rand.Rand, line []byte) []byte {
	line = bytes.Clone(line)
	for range 1 + r.IntN(3) {
		at := r.IntN(len(line))
		switch r.IntN(5) {
		case 0:
			line = line[:at+1]
		case 1:
			line[at] = byte(32 + r.IntN(95))
		case 2:
			line = append(line[:at], line[min(len(line), at+1+r.IntN(20)):]...)
		case 3:
			line = append(line[:at:at], append([]byte(`{"a":[`), line[at:]...)...)
		default:
			line[at] ^= 1 << r.IntN(8)
		}
		if len(line) == 0 {
			line = []byte("{")
		}
	}
	return bytes.Map(func(c rune) rune {
		if c == '\n' || c == '\r' {
			return ' '
		}
		return c
	}, line)
}

// places are the members of a tree that may be replaced.
type place struct {
	object map[string]any
	key    string
	list   []any
	index  int
}

func places(tree any, found []place) []place {
	switch node := tree.(type) {
	case map[string]any:
		keys := make([]string, 0, len(node))
		for key := range node {
			keys = append(keys, key)
		}
		sort.Strings(keys)
		for _, key := range keys {
			found = append(found, place{object: node, key: key})
			found = places(node[key], found)
		}
	case []any:
		for i := range node {
			found = append(found, place{list: node, index: i})
			found = places(node[i], found)
		}
	}
	return found
}

func (p place) get() any {
	if p.object != nil {
		return p.object[p.key]
	}
	return p.list[p.index]
}

func (p place) set(value any) {
	if p.object != nil {
		p.object[p.key] = value
	} else {
		p.list[p.index] = value
	}
}

func clone(value any) any {
	switch node := value.(type) {
	case map[string]any:
		copied := make(map[string]any, len(node))
		for key, member := range node {
			copied[key] = clone(member)
		}
		return copied
	case []any:
		copied := make([]any, 0, len(node))
		for _, member := range node {
			copied = append(copied, clone(member))
		}
		return copied
	}
	return value
}

var nasty = []any{
	nil, "", "x", " ", "-1", "1e3", "0.5Gi", "1E3", "9223372036854775807", "9223372036854775808", "1e1000", "0", "-0", "100m", "1.0000000001", "1Ki", "1k",
	"٣", "ü", "\u0000", "a/b", "-", "a=b", "!x", "*", "Exists", "In", "Gt", "NotIn", "Equal", "NoSchedule", "Honor", "Ignore", "DoNotSchedule", "Always",
	"n1", "shop", "true", true, false, json.Number("0"), json.Number("-1"), json.Number("1"), json.Number("1.5"), json.Number("1e3"), json.Number("2147483648"),
	json.Number("9223372036854775807"), json.Number("1e400"), []any{}, map[string]any{}, []any{nil}, []any{"x"}, map[string]any{"x": "y"}, map[string]any{"name": "a"},
}

func mutateTree(r *rand.Rand, tree any) {
	found := places(tree, nil)
	if len(found) == 0 {
		return
	}
	at := found[r.IntN(len(found))]
	switch r.IntN(12) {
	case 0:
		if at.object != nil {
			delete(at.object, at.key)
			return
		}
		at.set(nil)
	case 1:
		if at.object != nil {
			at.object[strings.ToUpper(at.key[:min(1, len(at.key))])+at.key[min(1, len(at.key)):]] = clone(at.get())
		}
	case 2, 3: // the same elsewhere
		at.set(clone(found[r.IntN(len(found))].get()))
	case 4:
		if list, ok := at.get().([]any); ok && len(list) > 0 {
			at.set(append(append([]any{}, list...), clone(list[r.IntN(len(list))])))
		}
	case 5:
		if r.IntN(40) == 0 {
			at.set(strings.Repeat("y", 1<<20))
		} else {
			at.set(strings.Repeat("z", 64+r.IntN(300)))
		}
	case 6:
		if r.IntN(20) == 0 {
			var deep any = "end"
			for range 50 + r.IntN(3000) {
				deep = []any{deep}
			}
			at.set(deep)
		} else {
			at.set(clone(nasty[r.IntN(len(nasty))]))
		}
	default:
		at.set(clone(nasty[r.IntN(len(nasty))]))
	}
}
