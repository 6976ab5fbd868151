// Command gitops says what the two that watch over Git make of a resource: Argo CD by a health.lua, run by the Lua
// that is in Argo CD 3.2.6, and Flux by the library kstatus.
//
//	gitops health.lua FILE...
//
// prints a line a file: the file, Argo CD's status, Flux's status, and Argo CD's message, with tabs between them.
package main

import (
	"fmt"
	"os"

	"github.com/fluxcd/cli-utils/pkg/kstatus/status"
	lua "github.com/yuin/gopher-lua"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/yaml"
)

func main() {
	if len(os.Args) < 3 {
		fmt.Fprintln(os.Stderr, "gitops: give a health.lua and the files of some resources")
		os.Exit(2)
	}
	script, err := os.ReadFile(os.Args[1])
	for _, file := range os.Args[2:] {
		if err == nil {
			err = judge(string(script), file)
		}
		if err != nil {
			fmt.Fprintf(os.Stderr, "gitops: %s: %v\n", file, err)
			os.Exit(1)
		}
	}
}

func judge(script, file string) error {
	text, err := os.ReadFile(file)
	if err != nil {
		return err
	}
	object := &unstructured.Unstructured{}
	text, err = yaml.YAMLToJSON(text)
	if err != nil {
		return err
	}
	// Whole numbers stay whole, as in what comes from an API server.
	if err := object.UnmarshalJSON(text); err != nil {
		return err
	}
	flux, err := status.Compute(object)
	if err != nil {
		return err
	}
	argo, message, err := health(script, object.Object)
	if err != nil {
		return err
	}
	fmt.Printf("%s\t%s\t%s\t%s\n", file, argo, flux.Status, message)
	return nil
}

// health runs the script as Argo CD does: with the base, table and string libraries only, and the resource as `obj`.
func health(script string, object map[string]any) (string, string, error) {
	vm := lua.NewState(lua.Options{SkipOpenLibs: true})
	defer vm.Close()
	for name, open := range map[string]lua.LGFunction{
		lua.BaseLibName: lua.OpenBase, lua.TabLibName: lua.OpenTable, lua.StringLibName: lua.OpenString,
	} {
		vm.Push(vm.NewFunction(open))
		vm.Push(lua.LString(name))
		if err := vm.PCall(1, 0, nil); err != nil {
			return "", "", err
		}
	}
	vm.SetGlobal("obj", value(vm, object))
	if err := vm.DoString(script); err != nil {
		return "", "", err
	}
	result, ok := vm.Get(-1).(*lua.LTable)
	if !ok {
		return "", "", fmt.Errorf("the script returns a %s and no table", vm.Get(-1).Type())
	}
	return result.RawGetString("status").String(), result.RawGetString("message").String(), nil
}

func value(vm *lua.LState, from any) lua.LValue {
	switch typed := from.(type) {
	case map[string]any:
		table := vm.NewTable()
		for key, entry := range typed {
			table.RawSetString(key, value(vm, entry))
		}
		return table
	case []any:
		table := vm.NewTable()
		for _, entry := range typed {
			table.Append(value(vm, entry))
		}
		return table
	case string:
		return lua.LString(typed)
	case bool:
		return lua.LBool(typed)
	case float64:
		return lua.LNumber(typed)
	case int64:
		return lua.LNumber(typed)
	}
	return lua.LNil
}
