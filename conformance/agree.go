package main

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"sort"
	"strings"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/compare"
	"colocatedcache.dev/conformance/oracle"
)

// disagreement is one kind of them, with its first case.
type disagreement struct {
	kind  string
	count int
	first *cases.Case
}

// agree compares the answers of a command with the oracle's and reports every kind of disagreement by its smallest case.
func agree(ctx context.Context, b *batch, command []string, out io.Writer) error {
	if len(command) == 0 {
		return errors.New("compare with what? Give a command after --")
	}
	evaluator, err := compare.Start(command)
	if err != nil {
		return err
	}
	type expected struct {
		c      *cases.Case
		answer cases.Answer
	}
	asked := make(chan expected, 4096)
	sent := make(chan error, 1)
	go func() {
		defer evaluator.Finish()
		defer close(asked)
		sent <- inParallel(ctx, b, func(o *oracle.Oracle, c *cases.Case) cases.Answer { return o.Answer(c) }, func(c *cases.Case, answer cases.Answer) error {
			asked <- expected{c, answer}
			return evaluator.Send(c)
		})
	}()
	kinds := map[string]*disagreement{}
	total, differing, nodes := 0, 0, 0
	for e := range asked {
		ours, err := evaluator.Receive()
		if err != nil {
			return err
		}
		total++
		nodes += len(e.answer.Nodes)
		if kind := compare.Kind(e.answer, ours); kind != "" {
			differing++
			if kinds[kind] == nil {
				kinds[kind] = &disagreement{kind: kind, first: e.c}
			}
			kinds[kind].count++
		}
	}
	if err := errors.Join(<-sent, evaluator.Wait()); err != nil {
		return err
	}
	fmt.Fprintf(out, "seed %d: %d cases, %d verdicts, %d cases disagree\n", b.seed, total, nodes, differing)
	if differing == 0 {
		return nil
	}
	if err := report(ctx, b, command, kinds, out); err != nil {
		return err
	}
	return fmt.Errorf("%d of %d cases disagree", differing, total)
}

func report(ctx context.Context, b *batch, command []string, kinds map[string]*disagreement, out io.Writer) error {
	o, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	evaluator, err := compare.Start(command)
	if err != nil {
		return err
	}
	defer evaluator.Finish()
	sorted := make([]*disagreement, 0, len(kinds))
	for _, d := range kinds {
		sorted = append(sorted, d)
	}
	sort.Slice(sorted, func(i, j int) bool {
		return sorted[i].count > sorted[j].count || sorted[i].count == sorted[j].count && sorted[i].kind < sorted[j].kind
	})
	for i, d := range sorted {
		smallest, err := compare.Minimise(o, evaluator, d.first, d.kind)
		if err != nil {
			return err
		}
		ours, err := evaluator.Ask(smallest)
		if err != nil {
			return err
		}
		text, err := describe(d, smallest, o.Answer(smallest), ours)
		if err != nil {
			return err
		}
		fmt.Fprintln(out, text)
		if b.save != "" {
			name := fmt.Sprintf("%02d-%s.txt", i+1, strings.Trim(notWord.ReplaceAllString(d.kind, "-"), "-"))
			if len(name) > 120 {
				name = name[:116] + ".txt"
			}
			if err := os.MkdirAll(b.save, 0o755); err != nil {
				return err
			}
			if err := os.WriteFile(filepath.Join(b.save, name), []byte(text), 0o644); err != nil {
				return err
			}
		}
	}
	return nil
}

var notWord = regexp.MustCompile(`[^A-Za-z0-9]+`)

func describe(d *disagreement, smallest *cases.Case, expected, ours cases.Answer) (string, error) {
	text := &strings.Builder{}
	fmt.Fprintf(text, "\n%d cases: %s\n", d.count, d.kind)
	for _, part := range []struct {
		name  string
		value any
	}{{"case", smallest}, {"expected", expected}, {"ours", ours}} {
		line, err := json.Marshal(part.value)
		if err != nil {
			return "", err
		}
		fmt.Fprintf(text, "%-9s %s\n", part.name, line)
	}
	return text.String(), nil
}
