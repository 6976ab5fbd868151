// Command conformance asks the real kube-scheduler what it thinks, and compares.
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
)

func main() {
	if err := run(os.Args[1:], os.Stdin, os.Stdout); err != nil {
		fmt.Fprintln(os.Stderr, "conformance:", err)
		os.Exit(1)
	}
}

func run(args []string, in io.Reader, out io.Writer) error {
	klog.SetOutput(io.Discard)
	klog.LogToStderr(false)
	if len(args) == 0 {
		return fmt.Errorf("say what to do: answer | place")
	}
	flags := flag.NewFlagSet(args[0], flag.ContinueOnError)
	switch args[0] {
	case "answer", "place":
		if err := flags.Parse(args[1:]); err != nil {
			return err
		}
		return each(in, out, func(o *oracle.Oracle, c *cases.Case) any {
			if args[0] == "place" {
				return o.Place(c)
			}
			return o.Answer(c)
		})
	default:
		return fmt.Errorf("no command %q: answer | place", args[0])
	}
}

// each answers every line, in order.
func each(in io.Reader, out io.Writer, answer func(*oracle.Oracle, *cases.Case) any) error {
	ctx, cancel := context.WithCancel(context.Background())
	defer cancel()
	o, err := oracle.New(ctx)
	if err != nil {
		return err
	}
	buffered := bufio.NewWriterSize(out, 1<<16)
	encoder := json.NewEncoder(buffered)
	encoder.SetEscapeHTML(false)
	err = cases.ReadLines(in, func(line []byte) error {
		c, err := cases.Decode(line)
		if err != nil {
			return encoder.Encode(cases.Answer{ID: c.ID, Error: err.Error()})
		}
		return encoder.Encode(answer(o, c))
	})
	if flushErr := buffered.Flush(); err == nil {
		err = flushErr
	}
	return err
}
