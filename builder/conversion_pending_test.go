package builder_test

import "testing"

// As long as records hold values of a field's former type, nobody can tell
// which choices are used: none can be removed, not by force either. // E3, E4
func TestNothingIsRemovedWhileValuesAreConverted(t *testing.T) {
	t.Parallel()
	b := open(t)
	b.publish(t, entity("deal", text("grade")))
	b.put(t, "deal", "a", `,"grade":"high"`)
	b.publish(t, entity("deal", choice("grade", "high", "low"))) // its job waits: nothing runs it here
	problems, _, err := b.Check(t.Context(), set(t, entity("deal", choice("grade", "low"))), true)
	if err != nil || len(problems) != 1 || problems[0].Code != "conversion_pending" || problems[0].Path != "/entity/deal/properties/grade/x-choices/0" {
		t.Errorf("problems %v, %v", problems, err)
	}
	problems, _, err = b.Check(t.Context(), set(t, entity("deal", choice("grade", "high", "low", "middle"))), false)
	if err != nil || len(problems) != 0 {
		t.Errorf("adding a choice is refused: %v, %v", problems, err)
	}
}
