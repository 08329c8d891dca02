package schemas_test

import (
	"encoding/json"
	"testing"

	"weft/schemas"
)

func TestSet(t *testing.T) {
	t.Parallel()
	s := &schemas.Set{}
	s.Add(&schemas.Role{Kind: schemas.KindRole, Key: "sales"})
	s.Add(&schemas.Entity{Kind: schemas.KindEntity, Key: "account", Properties: schemas.Properties{}})
	s.Add(&schemas.Role{Kind: schemas.KindRole, Key: "finance"})
	s.Add(&schemas.Role{Kind: schemas.KindRole, Key: "sales", Title: schemas.Title{ZhCN: "销售", En: "Sales"}})

	if n := len(s.All()); n != 3 {
		t.Fatalf("%d definitions, want 3: one of the same kind and key replaces the old one", n)
	}
	if s.Roles[0].Title.En != "Sales" {
		t.Error("the replaced role did not keep its place")
	}
	if _, ok := s.Get(schemas.KindEntity, "sales"); ok {
		t.Error("keys of different kinds are different")
	}
	clone := s.Clone()
	if !s.Remove(schemas.KindRole, "finance") || s.Remove(schemas.KindRole, "finance") {
		t.Error("remove tells whether it was there")
	}
	if _, ok := clone.Get(schemas.KindRole, "finance"); !ok {
		t.Error("the clone lost what its origin lost")
	}
	data, err := json.Marshal(clone)
	if err != nil {
		t.Fatal(err)
	}
	var back schemas.Set
	if err := json.Unmarshal(data, &back); err != nil {
		t.Fatal(err)
	}
	again, err := json.Marshal(&back)
	if err != nil || string(again) != string(data) {
		t.Errorf("round trip\n have %s\n want %s\n %v", again, data, err)
	}
	if err := json.Unmarshal([]byte(`[{"kind":"page"}]`), &back); err == nil {
		t.Error("an unknown kind was read")
	}
}
