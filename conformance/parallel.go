package main

import (
	"context"
	"fmt"
	"io"
	"reflect"
	"runtime"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/compare"
	"colocatedcache.dev/conformance/oracle"
)

type job[T any] struct {
	cases   []*cases.Case
	results chan []T
	err     error
}

// onEachCore works on what next returns, cases of one cluster on one core; done sees them in order. next ends with io.EOF.
func onEachCore[T any](ctx context.Context, next func() ([]*cases.Case, error), work func(*oracle.Oracle, *cases.Case) T, done func(*cases.Case, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	workers := runtime.NumCPU()
	jobs, ordered := make(chan job[T], workers), make(chan job[T], 16*workers)
	for range workers {
		o, err := oracle.New(ctx)
		if err != nil {
			return err
		}
		go func() {
			for j := range jobs {
				results := make([]T, 0, len(j.cases))
				for _, c := range j.cases {
					results = append(results, work(o, c))
				}
				j.results <- results
			}
		}()
	}
	go func() {
		defer close(jobs)
		defer close(ordered)
		for {
			batch, err := next()
			j := job[T]{cases: batch, results: make(chan []T, 1), err: err}
			select {
			case ordered <- j:
			case <-ctx.Done():
				return
			}
			if err != nil {
				return
			}
			select {
			case jobs <- j:
			case <-ctx.Done():
				return
			}
		}
	}()
	for j := range ordered {
		if j.err == io.EOF {
			return nil
		}
		if j.err != nil {
			return j.err
		}
		for i, result := range <-j.results {
			if err := done(j.cases[i], result); err != nil {
				return err
			}
		}
	}
	return ctx.Err()
}

type recorded struct {
	c        *cases.Case
	expected cases.Answer
	err      error
}

// replayInParallel works on recorded cases.
func replayInParallel[T any](ctx context.Context, files []string, work func(*oracle.Oracle, *cases.Case) T, done func(*cases.Case, T) error) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()
	read := make(chan recorded, 256)
	go func() {
		defer close(read)
		err := replay(files, func(c *cases.Case, expected cases.Answer) error {
			select {
			case read <- recorded{c: c, expected: expected}:
				return nil
			case <-ctx.Done():
				return ctx.Err()
			}
		})
		if err != nil {
			select {
			case read <- recorded{err: err}:
			case <-ctx.Done():
			}
		}
	}()
	return onEachCore(ctx, func() ([]*cases.Case, error) {
		r, ok := <-read
		if !ok {
			return nil, io.EOF
		}
		return []*cases.Case{r.c}, r.err
	}, work, done)
}

// verify holds recorded answers against what the scheduler says now: after a move to another version, say.
func verify(ctx context.Context, files []string, out io.Writer) error {
	o, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	total, differing := 0, 0
	err = replay(files, func(c *cases.Case, expected cases.Answer) error {
		total++
		now := o.Answer(c)
		now.ID, expected.ID = nil, nil
		if len(now.Nodes) == 0 {
			now.Nodes, expected.Nodes = nil, nil
		}
		if reflect.DeepEqual(now, expected) {
			return nil
		}
		differing++
		if differing <= 20 {
			fmt.Fprintf(out, "%s: recorded against now: %s\n", c.ID, compare.Kind(expected, now))
		}
		return nil
	})
	if err != nil {
		return err
	}
	fmt.Fprintf(out, "%d recorded answers, %d are another one now\n", total, differing)
	if differing > 0 {
		return fmt.Errorf("%d recorded answers are out of date", differing)
	}
	return nil
}
