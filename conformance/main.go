// Command conformance asks the real kube-scheduler what it thinks of made-up cases, and compares.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"flag"
	"fmt"
	"io"
	"os"

	"k8s.io/klog/v2"

	"colocatedcache.dev/conformance/cases"
	"colocatedcache.dev/conformance/oracle"
	"colocatedcache.dev/conformance/rules"
)

const usage = `conformance asks the real kube-scheduler.

  answer    reads cases, one JSON a line, and writes the scheduler's answers, as 'explain --batch' does
  place     reads cases with a "sequence" of pods and places them one after the other
  generate  makes up cases
  coverage  counts which rules of the filters made-up cases, or the given files of recorded ones, show
  record    makes up cases until every rule is shown often enough, and writes them with their answers, gzipped
  verify    asks the scheduler again about recorded cases, and says where its answer is another one
  compare   holds an evaluator, a command given after --, against the scheduler on made-up cases
  fuzz      sends mutated cases to such a command: no crash, no hang, no stack trace, no wrong answer
`

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	klog.LogToStderr(false)
	klog.SetOutput(io.Discard)
	if len(args) == 0 {
		fmt.Fprint(os.Stderr, usage)
		return fmt.Errorf("say what to do")
	}
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	buffered := bufio.NewWriterSize(out, 1<<16)
	defer buffered.Flush()
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	made := batchFlags(flags)
	err := flags.Parse(args[1:])
	if err != nil {
		return err
	}
	switch args[0] {
	case "answer":
		return each(ctx, in, buffered, func(o *oracle.Oracle, c *cases.Case) any { return o.Answer(c) })
	case "place":
		return each(ctx, in, buffered, func(o *oracle.Oracle, c *cases.Case) any { return o.Place(c) })
	case "generate":
		encoder := lines(buffered)
		return inParallel(ctx, made, func(_ *oracle.Oracle, c *cases.Case) *cases.Case { return c }, func(c, _ *cases.Case) error {
			return encoder.Encode(c)
		})
	case "coverage":
		coverage := rules.NewCoverage()
		add := func(_ *cases.Case, j judged) error {
			coverage.Add(j.answer, j.shown)
			return nil
		}
		if len(flags.Args()) > 0 {
			err = replayInParallel(ctx, flags.Args(), judge, add)
		} else {
			err = inParallel(ctx, made, judge, add)
		}
		if err != nil {
			return err
		}
		coverage.Print(buffered)
		return nil
	case "record":
		return record(ctx, made, buffered)
	case "verify":
		return verify(ctx, flags.Args(), buffered)
	case "compare":
		return agree(ctx, made, flags.Args(), buffered)
	case "fuzz":
		return fuzz(ctx, made, flags.Args(), buffered)
	default:
		fmt.Fprint(os.Stderr, usage)
		return fmt.Errorf("no command %q", args[0])
	}
}

type judged struct {
	answer cases.Answer
	shown  []string
}

func judge(o *oracle.Oracle, c *cases.Case) judged {
	answer := o.Answer(c)
	return judged{answer, rules.Shown(o, c, answer, rules.All)}
}

func lines(w io.Writer) *json.Encoder {
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	return encoder
}

// each answers every line, in order.
func each(ctx context.Context, in io.Reader, out io.Writer, answer func(*oracle.Oracle, *cases.Case) any) error {
	o, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	encoder := lines(out)
	return cases.ReadLines(in, func(line []byte) error {
		c, err := cases.Decode(line)
		if err != nil {
			return encoder.Encode(cases.Answer{ID: c.ID, Error: err.Error()})
		}
		return encoder.Encode(answer(o, c))
	})
}
