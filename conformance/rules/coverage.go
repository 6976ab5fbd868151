package rules

import (
	"fmt"
	"io"

	"colocatedcache.dev/conformance/cases"
)

// Coverage counts what a set of cases shows.
type Coverage struct {
	cases      int
	rejections map[string]int
	rejecting  map[string]int
	shown      map[string]int
}

// NewCoverage counts from zero.
func NewCoverage() *Coverage {
	return &Coverage{rejections: map[string]int{}, rejecting: map[string]int{}, shown: map[string]int{}}
}

// Add counts a case by its answer and the rules it shows.
func (c *Coverage) Add(answer cases.Answer, shown []string) {
	c.cases++
	seen := map[string]bool{}
	for _, verdict := range answer.Nodes {
		if verdict.Fits {
			continue
		}
		c.rejections[verdict.Plugin]++
		if !seen[verdict.Plugin] {
			seen[verdict.Plugin] = true
			c.rejecting[verdict.Plugin]++
		}
	}
	for _, name := range shown {
		c.shown[name]++
	}
}

// Cases returns how many were added.
func (c *Coverage) Cases() int { return c.cases }

// Missing returns the rules that fewer than enough cases show, and one without a name while a plugin rejects too few nodes.
func (c *Coverage) Missing(enough, enoughRejections int) []Rule {
	var missing []Rule
	for _, rule := range All {
		if c.shown[rule.Name] < enough {
			missing = append(missing, rule)
		}
	}
	for _, plugin := range Plugins {
		if c.rejections[plugin] < enoughRejections {
			return append(missing, Rule{Check: func(*cases.Case, cases.Answer) bool { return false }})
		}
	}
	return missing
}

// Needs tells whether a case shows something that too few do.
func (c *Coverage) Needs(answer cases.Answer, shown []string, enough, enoughRejections int) bool {
	for _, name := range shown {
		if c.shown[name] < enough {
			return true
		}
	}
	for _, verdict := range answer.Nodes {
		if !verdict.Fits && c.rejections[verdict.Plugin] < enoughRejections {
			return true
		}
	}
	return false
}

// Print writes the table.
func (c *Coverage) Print(w io.Writer) {
	fmt.Fprintf(w, "%d cases\n\n%-40s %14s %14s\n", c.cases, "plugin", "nodes rejected", "cases")
	for _, plugin := range Plugins {
		fmt.Fprintf(w, "%-40s %14d %14d\n", plugin, c.rejections[plugin], c.rejecting[plugin])
	}
	fmt.Fprintf(w, "\n%-84s %8s\n", "rule (shown where its naive mistake gives another answer)", "cases")
	for _, rule := range All {
		fmt.Fprintf(w, "%-84s %8d\n", rule.Name, c.shown[rule.Name])
	}
}
