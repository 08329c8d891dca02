package read

import (
	"testing"

	"weft/runtime/model"
	"weft/runtime/query"
)

// Amounts in the history are read as people write them, and as older rows hold them.
func TestStoredHistory(t *testing.T) {
	t.Parallel()
	amount, name := &model.Field{Kind: query.Decimal}, &model.Field{Kind: query.Text}
	for _, c := range []struct {
		field        *model.Field
		kept, stored any
	}{
		{amount, "12.5", "10000000000000125000"}, {amount, "-0.01", "09999999999999999900"}, {amount, "0", "10000000000000000000"},
		{amount, "999999999999999.9999", "19999999999999999999"}, {amount, "-999999999999999.9999", "00000000000000000001"},
		{amount, nil, nil}, {name, "12.5", "12.5"}, {name, nil, nil},
	} {
		if got := HistoryValue(c.field, c.stored); got != c.kept {
			t.Errorf("%v is kept as %v, want %v", c.stored, got, c.kept)
		}
		for _, v := range []any{c.kept, c.stored} {
			if got := ParseHistoryValue(c.field, v); got != c.stored {
				t.Errorf("%v is read as %v, want %v", v, got, c.stored)
			}
		}
	}
	if got := ParseHistoryValue(amount, "high"); got != "high" {
		t.Errorf("what is no amount is read as %v", got)
	}
}
