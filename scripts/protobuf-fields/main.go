// Writes the protobuf field numbers of the types that clients send, which exist only as tags in the Go sources:
//
//	go mod tidy && go run . > ../../control-plane/apiserver/protobuf/fields.generated.json
//
// Only needed when a kind is added or the Kubernetes release changes. A field is `NUMBER NAME TYPE`; an embedded
// struct has no name. TYPE is a scalar or a type of the table, after `*` (pointer), `[]` (list) or `{}` (string map).
package main

import (
	"encoding/json"
	"fmt"
	"os"
	"reflect"
	"sort"
	"strconv"
	"strings"

	authentication "k8s.io/api/authentication/v1"
	authorization "k8s.io/api/authorization/v1"
	autoscaling "k8s.io/api/autoscaling/v1"
	core "k8s.io/api/core/v1"
	policy "k8s.io/api/policy/v1"
	meta "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// Objects that clients may send.
var roots = []any{
	core.Pod{}, core.Node{}, core.ReplicationController{}, core.Service{}, core.Endpoints{}, core.Namespace{},
	core.ConfigMap{}, core.Secret{}, core.ServiceAccount{}, core.Event{}, core.Binding{},
	autoscaling.Scale{}, policy.Eviction{}, meta.DeleteOptions{},
	authentication.SelfSubjectReview{}, authorization.SelfSubjectAccessReview{},
}

var special = map[string]string{
	"k8s.io/apimachinery/pkg/api/resource.Quantity":   "quantity",
	"k8s.io/apimachinery/pkg/apis/meta/v1.Time":       "time",
	"k8s.io/apimachinery/pkg/apis/meta/v1.MicroTime":  "microTime",
	"k8s.io/apimachinery/pkg/util/intstr.IntOrString": "intOrString",
	"k8s.io/apimachinery/pkg/apis/meta/v1.FieldsV1":   "raw",
	"k8s.io/apimachinery/pkg/runtime.RawExtension":    "raw",
}

var types = map[string][]string{}

func typeName(t reflect.Type) string {
	path := t.PkgPath()
	path = strings.TrimPrefix(path, "k8s.io/api/")
	path = strings.TrimPrefix(path, "k8s.io/apimachinery/pkg/apis/")
	return path + "." + t.Name()
}

func kindOf(t reflect.Type) string {
	if s, ok := special[t.PkgPath()+"."+t.Name()]; ok {
		return s
	}
	switch t.Kind() {
	case reflect.String:
		return "string"
	case reflect.Bool:
		return "bool"
	case reflect.Int32, reflect.Int64, reflect.Int, reflect.Uint32:
		return "int"
	case reflect.Float32, reflect.Float64:
		return "double"
	case reflect.Slice:
		if t.Elem().Kind() == reflect.Uint8 {
			return "bytes"
		}
		// A named slice type is a message with its items as field 1.
		if t.Name() != "" {
			return "items/" + kindOf(t.Elem())
		}
		return "[]" + kindOf(t.Elem())
	case reflect.Map:
		return "{}" + kindOf(t.Elem())
	case reflect.Pointer:
		return "*" + kindOf(t.Elem())
	case reflect.Struct:
		visit(t)
		return typeName(t)
	}
	panic(t.String())
}

func visit(t reflect.Type) {
	name := typeName(t)
	if _, seen := types[name]; seen {
		return
	}
	types[name] = nil
	var fields []string
	for i := 0; i < t.NumField(); i++ {
		f := t.Field(i)
		tag := f.Tag.Get("protobuf")
		if tag == "" {
			continue
		}
		number, err := strconv.Atoi(strings.Split(tag, ",")[1])
		if err != nil {
			panic(err)
		}
		jsonName := strings.Split(f.Tag.Get("json"), ",")[0]
		fields = append(fields, fmt.Sprintf("%d %s %s", number, jsonName, kindOf(f.Type)))
	}
	sort.Slice(fields, func(a, b int) bool { return num(fields[a]) < num(fields[b]) })
	types[name] = fields
}

func num(s string) int { n, _ := strconv.Atoi(strings.SplitN(s, " ", 2)[0]); return n }

func main() {
	for _, root := range roots {
		visit(reflect.TypeOf(root))
	}
	out, _ := json.MarshalIndent(types, "", " ")
	os.Stdout.Write(append(out, '\n'))
}
