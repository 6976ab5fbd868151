package main

import (
	"bufio"
	"crypto/sha256"
	"encoding/hex"
	"os"
	"path/filepath"
	"sort"
	"strconv"
	"strings"
)

// home knows where things are: the pins and stages beside the wrapper script, what was built, and the clusters' state.
type home struct {
	source string // the directory devcluster/ of the project
	cache  string // what was built
	state  string // one directory a cluster
}

func findHome() (home, error) {
	source := os.Getenv("DEVCLUSTER_HOME")
	cache := os.Getenv("DEVCLUSTER_CACHE")
	if source == "" || cache == "" {
		return home{}, failf("start it through the script devcluster/devcluster")
	}
	state := os.Getenv("XDG_STATE_HOME")
	if state == "" {
		dir, err := os.UserHomeDir()
		if err != nil {
			return home{}, failf("neither HOME nor XDG_STATE_HOME is set: there is no place for the clusters' state")
		}
		state = filepath.Join(dir, ".local", "state")
	}
	state, err := filepath.Abs(filepath.Join(state, "colocatedcache-devcluster"))
	if err != nil {
		return home{}, err
	}
	cache, err = filepath.Abs(cache)
	if err != nil {
		return home{}, err
	}
	return home{source: source, cache: cache, state: state}, nil
}

// versions are the Kubernetes minor versions that there are pins for, newest first.
func (h home) versions() ([]string, error) {
	entries, err := os.ReadDir(filepath.Join(h.source, "kube"))
	if err != nil {
		return nil, err
	}
	var versions []string
	for _, entry := range entries {
		if entry.IsDir() {
			versions = append(versions, entry.Name())
		}
	}
	minor := func(v string) int {
		_, after, _ := strings.Cut(v, ".")
		n, _ := strconv.Atoi(after)
		return n
	}
	sort.Slice(versions, func(i, j int) bool { return minor(versions[i]) > minor(versions[j]) })
	return versions, nil
}

// pin is a Go module that fixes the version of what is built, down to its checksums.
type pin struct {
	dir     string // where its go.mod is
	version string // of the main requirement, with its v
	goLine  string // the Go version that its go.mod asks for
	key     string // the directory's name in the cache
}

// kubePin finds the pins of a minor version; the empty one stands for the default.
func (h home) kubePin(minor string) (pin, error) {
	versions, err := h.versions()
	if err != nil {
		return pin{}, err
	}
	if minor == "" {
		minor = versions[0]
	}
	minor = strings.TrimPrefix(minor, "v")
	for _, v := range versions {
		if v == minor {
			return readPin(filepath.Join(h.source, "kube", minor), "k8s.io/kubernetes", "kube-")
		}
	}
	return pin{}, failf("there are no pins for Kubernetes %q: use one of %s", minor, strings.Join(versions, ", "))
}

func (h home) kwokPin() (pin, error) {
	return readPin(filepath.Join(h.source, "kwok"), "sigs.k8s.io/kwok", "kwok-")
}

func readPin(dir, module, prefix string) (pin, error) {
	p := pin{dir: dir}
	sum := sha256.New()
	sum.Write([]byte(buildRecipe))
	for _, name := range []string{"go.mod", "go.sum", "tools.go"} {
		data, err := os.ReadFile(filepath.Join(dir, name))
		if err != nil {
			return pin{}, err
		}
		sum.Write(data)
	}
	file, err := os.Open(filepath.Join(dir, "go.mod"))
	if err != nil {
		return pin{}, err
	}
	defer file.Close()
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		fields := strings.Fields(strings.TrimPrefix(strings.TrimSpace(lines.Text()), "require "))
		switch {
		case len(fields) >= 2 && fields[0] == module && p.version == "":
			p.version = fields[1]
		case len(fields) == 2 && fields[0] == "go":
			p.goLine = fields[1]
		}
	}
	if p.version == "" {
		return pin{}, failf("%s requires no %s", filepath.Join(dir, "go.mod"), module)
	}
	p.key = prefix + strings.TrimPrefix(p.version, "v") + "-" + hex.EncodeToString(sum.Sum(nil))[:12]
	return p, nil
}
