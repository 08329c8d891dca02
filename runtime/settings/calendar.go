package settings

import (
	"bytes"
	"encoding/json"
	"time"

	"weft/runtime/calendar"
	"weft/runtime/problem"
)

// calendarMember is the one setting that is no text.
const calendarMember = "calendar"

// applyCalendar applies a merge patch to the calendar; nil restores the default.
func applyCalendar(s *Settings, patch any) []problem.Field {
	if patch == nil {
		s.Calendar = calendar.Default()
		return nil
	}
	changes, ok := patch.(map[string]any)
	if !ok {
		return []problem.Field{problem.At("/"+calendarMember, "wrong_type", "want", "object")}
	}
	merged, err := mergePatch(s.Calendar, changes)
	if err != nil {
		return []problem.Field{problem.At("/"+calendarMember, "bad_calendar")}
	}
	_, problems := calendar.New(merged, time.UTC)
	for i := range problems {
		problems[i].Path = "/" + calendarMember + problems[i].Path
	}
	if len(problems) == 0 {
		s.Calendar = merged
	}
	return problems
}

// mergePatch gives a calendar with a JSON merge patch (RFC 7396) applied. It fails
// for members that a calendar has not, and for wrong types.
func mergePatch(c calendar.Definition, changes map[string]any) (merged calendar.Definition, err error) {
	data, err := json.Marshal(c)
	if err != nil {
		return merged, err
	}
	var members map[string]any
	if err := json.Unmarshal(data, &members); err != nil {
		return merged, err
	}
	if data, err = json.Marshal(mergeInto(members, changes)); err != nil {
		return merged, err
	}
	dec := json.NewDecoder(bytes.NewReader(data))
	dec.DisallowUnknownFields()
	err = dec.Decode(&merged)
	return merged, err
}

func mergeInto(members, changes map[string]any) map[string]any {
	if members == nil {
		members = map[string]any{}
	}
	for key, v := range changes {
		switch v := v.(type) {
		case nil:
			delete(members, key)
		case map[string]any:
			inner, _ := members[key].(map[string]any)
			members[key] = mergeInto(inner, v)
		default:
			members[key] = v
		}
	}
	return members
}
