package schemas

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
)

// Get finds a field by key; nil when there is none.
func (p Properties) Get(key string) *Field {
	for _, f := range p {
		if f.Key == key {
			return f
		}
	}
	return nil
}

// MarshalJSON writes the fields as a JSON object in their order.
func (p Properties) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	b.WriteByte('{')
	for i, f := range p {
		if i > 0 {
			b.WriteByte(',')
		}
		key, err := marshal(f.Key, "")
		if err != nil {
			return nil, err
		}
		field, err := marshal(f, "")
		if err != nil {
			return nil, fmt.Errorf("field %s: %w", f.Key, err)
		}
		b.Write(key)
		b.WriteByte(':')
		b.Write(field)
	}
	b.WriteByte('}')
	return b.Bytes(), nil
}

// UnmarshalJSON reads a JSON object of fields and keeps its order.
func (p *Properties) UnmarshalJSON(data []byte) error {
	dec := json.NewDecoder(bytes.NewReader(data))
	t, err := dec.Token()
	if err != nil {
		return err
	}
	if t != json.Delim('{') {
		return fmt.Errorf("properties: want an object, have %v", t)
	}
	out := Properties{}
	for dec.More() {
		t, err := dec.Token()
		if err != nil {
			return err
		}
		f := &Field{}
		f.Key, _ = t.(string)
		if err := dec.Decode(f); err != nil {
			return inField(f.Key, err)
		}
		out = append(out, f)
	}
	*p = out
	return nil
}

// inField puts the field's key before the place that err names: encoding/json
// knows the way to the properties, not into them.
func inField(key string, err error) error {
	var wrong *json.UnmarshalTypeError
	if errors.As(err, &wrong) {
		wrong.Field = key + "." + wrong.Field
		return wrong
	}
	return fmt.Errorf("properties/%s: %w", key, err)
}

// marshal is json.Marshal without escaping of HTML; an indent ends the text
// with a line feed.
func marshal(v any, indent string) ([]byte, error) {
	var b bytes.Buffer
	enc := json.NewEncoder(&b)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", indent)
	if err := enc.Encode(v); err != nil {
		return nil, err
	}
	if indent == "" {
		return bytes.TrimSuffix(b.Bytes(), []byte("\n")), nil
	}
	return b.Bytes(), nil
}
