package main

import (
	"context"
	"encoding/json"
	"flag"
	"io"

	v1 "k8s.io/api/core/v1"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/generate"
	"colocatedcache.dev/conformance/oracle"
)

// batch says which cases to make up.
type batch struct {
	seed             uint64
	cases, questions int
	save             string
	minutes          float64
	seek             string
}

func batchFlags(flags *flag.FlagSet) *batch {
	b := &batch{}
	flags.Uint64Var(&b.seed, "seed", 1, "the same seed makes the same cases")
	flags.IntVar(&b.cases, "cases", 20000, "how many")
	flags.IntVar(&b.questions, "questions", 1, "how many pods to ask about in each cluster")
	flags.StringVar(&b.save, "save", "", "compare: write disagreements into this folder, one file a kind")
	flags.Float64Var(&b.minutes, "minutes", 10, "fuzz: for how long")
	flags.StringVar(&b.seek, "seek", "", "record: only cases that show a rule with these words in its name")
	return b
}

// inParallel makes up cases and works on them, one cluster at a time on each core; done sees them in order.
func inParallel[T any](ctx context.Context, b *batch, work func(*oracle.Oracle, *cases.Case) T, done func(*cases.Case, T) error) error {
	validator, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	generator := generate.New(b.seed)
	generator.Valid = func(pod *v1.Pod) bool { return len(validator.Validate(pod)) == 0 }
	made := 0
	return onEachCore(ctx, func() ([]*cases.Case, error) {
		if made >= b.cases {
			return nil, io.EOF
		}
		questions := min(b.questions, b.cases-made)
		made += questions
		return asRead(generator.Next(questions))
	}, work, done)
}

// asRead makes the cases what a reader of their JSON gets.
func asRead(made []*cases.Case) ([]*cases.Case, error) {
	read := make([]*cases.Case, 0, len(made))
	for _, c := range made {
		line, err := json.Marshal(c)
		if err != nil {
			return nil, err
		}
		again, err := cases.Decode(line)
		if err != nil {
			return nil, err
		}
		read = append(read, again)
	}
	return read, nil
}
