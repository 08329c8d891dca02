package api

import (
	"encoding/json"
	"reflect"
	"strings"
	"time"
)

// typeSchemas describes Go types in the form in which they are encoded, so that
// the document follows the code. Structs with a name become components.
type typeSchemas struct {
	components object
	names      map[reflect.Type]string
}

var (
	timeType      = reflect.TypeFor[time.Time]()
	marshalerType = reflect.TypeFor[json.Marshaler]()
)

func (s *typeSchemas) of(t reflect.Type) object {
	switch {
	case t.Kind() == reflect.Pointer:
		return s.of(t.Elem())
	case t == timeType:
		return timeText
	case t.Implements(marshalerType) || reflect.PointerTo(t).Implements(marshalerType):
		return anyThing // it has a form of its own
	}
	switch t.Kind() {
	case reflect.String:
		return anyText
	case reflect.Bool:
		return anyBool
	case reflect.Float32, reflect.Float64:
		return object{"type": "number"}
	case reflect.Slice, reflect.Array:
		return listOf(s.of(t.Elem()))
	case reflect.Map:
		return object{"type": "object", "additionalProperties": s.of(t.Elem())}
	case reflect.Struct:
		return s.ofStruct(t)
	case reflect.Interface:
		return anyThing
	}
	return anyInt
}

func (s *typeSchemas) ofStruct(t reflect.Type) object {
	if t.Name() == "" {
		return s.members(t)
	}
	if name := s.names[t]; name != "" {
		return ref(name)
	}
	name := strings.ToUpper(t.Name()[:1]) + t.Name()[1:]
	if s.components[name] != nil { // another package has a type of this name
		pkg, _, _ := strings.Cut(t.String(), ".")
		name = strings.ToUpper(pkg[:1]) + pkg[1:] + name
	}
	s.names[t] = name
	s.components[name] = object{} // for types that contain themselves
	s.components[name] = s.members(t)
	return ref(name)
}

func (s *typeSchemas) members(t reflect.Type) object {
	properties, required := object{}, []string{}
	for _, f := range reflect.VisibleFields(t) {
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "" || name == "-" || !f.IsExported() {
			continue
		}
		properties[name] = s.of(f.Type)
		if !strings.Contains(options, "omit") {
			required = append(required, name)
		}
	}
	return openObject(required, properties)
}
