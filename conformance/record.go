package main

import (
	"bytes"
	"compress/gzip"
	"context"
	"encoding/json"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/oracle"
	"colocatedcache.dev/conformance/rules"
)

// What a recorded set must show at least, where the generator can be made to.
const (
	enoughCases      = 140
	enoughRejections = 1000
	roundCases       = 4000
)

// recordedCluster is a line of recorded data: a cluster and what was asked about it.
type recordedCluster struct {
	Nodes      json.RawMessage    `json:"nodes"`
	Pods       json.RawMessage    `json:"pods,omitempty"`
	Namespaces json.RawMessage    `json:"namespaces,omitempty"`
	Questions  []recordedQuestion `json:"questions"`
}

type recordedQuestion struct {
	ID       json.RawMessage `json:"id"`
	Admit    bool            `json:"admit"`
	Pod      json.RawMessage `json:"pod"`
	Expected cases.Answer    `json:"expected"`
}

// record writes b.cases cases with their answers. The first half is taken as it is made up; of the rest only what shows a
// rule that was not shown often enough yet, for as long as there is one.
func record(ctx context.Context, b *batch, out io.Writer) error {
	recorder, err := newRecorder(out)
	if err != nil {
		return err
	}
	coverage := rules.NewCoverage()
	for round := uint64(0); coverage.Cases() < b.cases; round++ {
		wanted := coverage.Missing(enoughCases, enoughRejections)
		if b.seek != "" {
			wanted = slices.DeleteFunc(wanted, func(r rules.Rule) bool { return !strings.Contains(r.Name, b.seek) })
			if len(wanted) == 0 {
				break
			}
		}
		seeking := b.seek != "" || coverage.Cases() >= b.cases/2 && len(wanted) > 0 && round < 60
		seeker := rules.All
		if seeking {
			seeker = wanted
		}
		fmt.Fprintf(os.Stderr, "round %d: %d cases, %d rules not shown often enough\n", round, coverage.Cases(), len(wanted))
		made := &batch{seed: b.seed + round, cases: roundCases, questions: b.questions}
		err := inParallel(ctx, made, func(o *oracle.Oracle, c *cases.Case) judged {
			answer := o.Answer(c)
			return judged{answer, rules.Shown(o, c, answer, seeker)}
		}, func(c *cases.Case, j judged) error {
			if j.answer.Error != "" || coverage.Cases() >= b.cases || seeking && !needed(b, coverage, j) {
				return nil
			}
			coverage.Add(j.answer, j.shown)
			return recorder.add(c, j.answer)
		})
		if err != nil {
			return err
		}
	}
	return recorder.close()
}

func needed(b *batch, coverage *rules.Coverage, j judged) bool {
	if b.seek != "" {
		return len(j.shown) > 0
	}
	return coverage.Needs(j.answer, j.shown, enoughCases, enoughRejections)
}

type recorder struct {
	zip     *gzip.Writer
	cluster string
	line    *recordedCluster
}

func newRecorder(out io.Writer) (*recorder, error) {
	zip, err := gzip.NewWriterLevel(out, gzip.BestCompression)
	return &recorder{zip: zip}, err
}

func (r *recorder) add(c *cases.Case, answer cases.Answer) error {
	text, err := json.Marshal(c)
	if err != nil {
		return err
	}
	var parts struct {
		recordedCluster
		Pod json.RawMessage `json:"pod"`
	}
	if err := json.Unmarshal(text, &parts); err != nil {
		return err
	}
	cluster := string(parts.Nodes) + string(parts.Pods) + string(parts.Namespaces)
	if r.line == nil || cluster != r.cluster {
		if err := r.flush(); err != nil {
			return err
		}
		r.cluster, r.line = cluster, &parts.recordedCluster
	}
	answer.ID = nil
	r.line.Questions = append(r.line.Questions, recordedQuestion{ID: c.ID, Admit: c.Admit, Pod: parts.Pod, Expected: answer})
	return nil
}

func (r *recorder) flush() error {
	if r.line == nil {
		return nil
	}
	return lines(r.zip).Encode(r.line)
}

func (r *recorder) close() error {
	if err := r.flush(); err != nil {
		return err
	}
	return r.zip.Close()
}

// replay reads recorded cases back, each with its recorded answer.
func replay(files []string, each func(*cases.Case, cases.Answer) error) error {
	for _, file := range files {
		raw, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		var in io.Reader = bytes.NewReader(raw)
		if strings.HasSuffix(file, ".gz") {
			if in, err = gzip.NewReader(in); err != nil {
				return err
			}
		}
		err = cases.ReadLines(in, func(line []byte) error {
			var cluster recordedCluster
			if err := json.Unmarshal(line, &cluster); err != nil {
				return err
			}
			for _, question := range cluster.Questions {
				whole, err := json.Marshal(map[string]any{
					"id": question.ID, "admit": question.Admit, "pod": question.Pod,
					"nodes": cluster.Nodes, "pods": cluster.Pods, "namespaces": cluster.Namespaces,
				})
				if err != nil {
					return err
				}
				c, err := cases.Decode(whole)
				if err != nil {
					return err
				}
				question.Expected.ID = question.ID
				if err := each(c, question.Expected); err != nil {
					return err
				}
			}
			return nil
		})
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
	}
	return nil
}
