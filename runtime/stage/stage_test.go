package stage_test

import (
	"strings"
	"testing"

	"weft/runtime/model"
	"weft/runtime/problem"
	"weft/runtime/stage"
	"weft/schemas"
)

// machine is a small pipeline: open → review → won, back with a reason, lost
// with a reason in a field.
func machine(t *testing.T) *model.StageMachine {
	t.Helper()
	set := &schemas.Set{}
	for _, text := range []string{entityJSON, machineJSON, roleJSON} {
		d, ps := schemas.Decode([]byte(text))
		if len(ps) > 0 {
			t.Fatal(problem.Of(problem.Invalid, ps...))
		}
		set.Add(d)
	}
	m, ps := model.Compile(set, 1)
	if len(ps) > 0 {
		t.Fatal(problem.Of(problem.Invalid, ps...))
	}
	return m.Entities["deal"].Machine
}

const entityJSON = `{"kind":"entity","key":"deal","type":"object","x-title":{"zh-CN":"商机","en":"Deal"},"properties":{
 "account":{"x-type":"text","x-title":{"zh-CN":"客户","en":"Account"}},
 "amount":{"x-type":"number","x-title":{"zh-CN":"金额","en":"Amount"}},
 "proof":{"x-type":"attachment","x-title":{"zh-CN":"证明","en":"Proof"}},
 "contract":{"x-type":"attachment","x-title":{"zh-CN":"合同","en":"Contract"}},
 "why":{"x-type":"long_text","x-title":{"zh-CN":"原因","en":"Why"}},
 "stage":{"x-type":"choice","x-title":{"zh-CN":"阶段","en":"Stage"},"x-choices":[
  {"key":"open","title":{"zh-CN":"进行中","en":"Open"}},{"key":"review","title":{"zh-CN":"评审","en":"Review"}},
  {"key":"won","title":{"zh-CN":"赢单","en":"Won"}},{"key":"lost","title":{"zh-CN":"输单","en":"Lost"}}]}}}`

const machineJSON = `{"kind":"stage_machine","key":"m","title":{"zh-CN":"阶段","en":"Stages"},"entity":"deal","field":"stage","initial":"open",
 "stages":[{"key":"open","title":{"zh-CN":"进行中","en":"Open"},"type":"open"},
  {"key":"review","title":{"zh-CN":"评审","en":"Review"},"type":"open","enter":[{"type":"required","fields":["account","amount"]},{"type":"attachment","field":"proof"}]},
  {"key":"won","title":{"zh-CN":"赢单","en":"Won"},"type":"won","enter":[{"type":"required","fields":["account"]},
    {"type":"attachment","field":"contract","media_types":["application/pdf","image/*"]}]},
  {"key":"lost","title":{"zh-CN":"输单","en":"Lost"},"type":"lost"}],
 "transitions":[
  {"key":"submit","title":{"zh-CN":"提交","en":"Submit"},"from":["open"],"to":"review","direction":"forward"},
  {"key":"win","title":{"zh-CN":"赢单","en":"Win"},"from":["review"],"to":"won","direction":"close","guards":[
    {"type":"role","roles":["boss"]},
    {"type":"filter","where":["amount",">=",100],"message":{"zh-CN":"金额至少 100","en":"At least 100"}}]},
  {"key":"back","title":{"zh-CN":"退回","en":"Back"},"from":["review"],"to":"open","direction":"back","reason":{"required":true}},
  {"key":"lose","title":{"zh-CN":"输单","en":"Lose"},"from":["open","review"],"to":"lost","direction":"close","reason":{"required":true,"field":"why"}}]}`

const roleJSON = `{"kind":"role","key":"boss","title":{"zh-CN":"老板","en":"Boss"},"grants":[]}`

type doc = map[string]any

func TestEvaluate(t *testing.T) {
	t.Parallel()
	m := machine(t)
	full := func(extra doc) doc {
		d := doc{"account": "A", "amount": 100.0, "proof": []any{"f1"}, "contract": []any{"pdf"}}
		for k, v := range extra {
			d[k] = v
		}
		return d
	}
	for name, c := range map[string]struct {
		before, after doc
		comment       string
		roles         []string
		given         map[string]bool
		no            string // transition without right
		move, code    string // "from>to reason", or the refusal
		fields        string
	}{
		"the stage stays":                  {before: doc{"stage": "open"}, after: doc{"stage": "open"}},
		"a new record begins":              {after: doc{}, move: ">open "},
		"one step with all it needs":       {before: doc{"stage": "open"}, after: full(doc{"stage": "review"}), move: "open>review "},
		"everything missing at once (O2)":  {before: doc{"stage": "open"}, after: doc{"stage": "review"}, code: "guard", fields: "/account required, /amount required, /proof attachment_missing"},
		"blank text is not set":            {before: doc{"stage": "open"}, after: full(doc{"stage": "review", "account": "  "}), code: "guard", fields: "/account required"},
		"no such move":                     {before: doc{"stage": "open"}, after: full(doc{"stage": "won"}), code: "transition", fields: "/stage no_such_move"},
		"out of a final stage":             {before: doc{"stage": "won"}, after: full(doc{"stage": "open"}), code: "transition", fields: "/stage no_such_move"},
		"no such stage":                    {before: doc{"stage": "open"}, after: doc{"stage": "limbo"}, code: "transition", fields: "/stage no_such_move"},
		"no right, and nothing about why":  {before: doc{"stage": "open"}, after: doc{"stage": "review"}, no: "submit", code: "forbidden"},
		"role and filter guards":           {before: doc{"stage": "review"}, after: full(doc{"stage": "won", "amount": 5.0}), code: "guard", fields: "/stage role, /amount filter"},
		"a role opens":                     {before: doc{"stage": "review"}, after: full(doc{"stage": "won"}), roles: []string{"boss"}, move: "review>won "},
		"a file of another kind":           {before: doc{"stage": "review"}, after: full(doc{"stage": "won", "contract": []any{"txt"}}), roles: []string{"boss"}, code: "guard", fields: "/contract attachment_missing"},
		"one file of the kind suffices":    {before: doc{"stage": "review"}, after: full(doc{"stage": "won", "contract": []any{"txt", "png"}}), roles: []string{"boss"}, move: "review>won "},
		"back without a reason":            {before: doc{"stage": "review"}, after: full(doc{"stage": "open"}), code: "guard", fields: "/comment reason_required"},
		"back with a reason":               {before: doc{"stage": "review"}, after: full(doc{"stage": "open"}), comment: " wrong price ", move: "review>open wrong price"},
		"a blank reason is none":           {before: doc{"stage": "review"}, after: full(doc{"stage": "open"}), comment: "  ", code: "guard", fields: "/comment reason_required"},
		"a reason in its field":            {before: doc{"stage": "open"}, after: doc{"stage": "lost", "why": "price"}, move: "open>lost price"},
		"an old reason does not count":     {before: doc{"stage": "open", "why": "price"}, after: doc{"stage": "lost", "why": "price"}, code: "guard", fields: "/why reason_required"},
		"but it does when given again":     {before: doc{"stage": "open", "why": "price"}, after: doc{"stage": "lost", "why": "price"}, given: map[string]bool{"why": true}, move: "open>lost price"},
		"created later: every step":        {after: doc{"stage": "won"}, code: "guard", fields: "/account required, /amount required, /proof attachment_missing, /stage role, /amount filter, /contract attachment_missing"},
		"created later: the right to each": {after: full(doc{"stage": "won"}), no: "submit", code: "forbidden"},
		"created later with all":           {after: full(doc{"stage": "won"}), roles: []string{"boss"}, move: ">won "},
		"created lost":                     {after: doc{"stage": "lost"}, code: "guard", fields: "/why reason_required"},
		"a record from before the machine": {before: doc{}, after: doc{"stage": "review"}, code: "guard", fields: "/account required, /amount required, /proof attachment_missing"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			move, refused := stage.Evaluate(stage.Input{
				Machine: m, Before: c.before, After: c.after, Comment: c.comment, Roles: c.roles, Given: c.given,
				MayTransition: func(key string) bool { return key != c.no },
				MediaTypes: func(ids []string) []string {
					types := map[string]string{"pdf": "application/pdf", "png": "image/png", "txt": "text/plain"}
					var list []string
					for _, id := range ids {
						list = append(list, types[id])
					}
					return list
				},
				Match: func(_ model.Guard, after doc) bool { n, _ := after["amount"].(float64); return n >= 100 },
			})
			if got := moveText(move); got != c.move {
				t.Errorf("move %q, want %q", got, c.move)
			}
			if got := string(problem.CodeOf(err(refused))); got != c.code {
				t.Errorf("refused with %q, want %q", got, c.code)
			}
			if got := fieldText(refused); c.fields != "" && got != c.fields {
				t.Errorf("fields %s, want %s", got, c.fields)
			}
		})
	}
}

func TestAReasonIsWrittenIntoItsField(t *testing.T) {
	t.Parallel()
	after := doc{"stage": "lost"}
	_, refused := stage.Evaluate(stage.Input{
		Machine: machine(t), Before: doc{"stage": "open"}, After: after, Comment: "price",
		MayTransition: func(string) bool { return true },
	})
	if refused != nil || after["why"] != "price" {
		t.Errorf("%v, %v", refused, after)
	}
}

func TestTextsNameFieldsInBothLanguages(t *testing.T) {
	t.Parallel()
	_, refused := stage.Evaluate(stage.Input{
		Machine: machine(t), Before: doc{"stage": "open"}, After: doc{"stage": "review"},
		MayTransition: func(string) bool { return true },
	})
	for i, want := range []string{"客户|Account", "金额|Amount", "证明|Proof"} {
		zh, en, _ := strings.Cut(want, "|")
		f := refused.Fields[i]
		if !strings.Contains(f.Message("zh-CN"), zh) || !strings.Contains(f.Message("en"), en) {
			t.Errorf("%s: %q, %q", f.Path, f.Message("zh-CN"), f.Message("en"))
		}
	}
}

func moveText(m *stage.Move) string {
	if m == nil {
		return ""
	}
	return m.From + ">" + m.To + " " + m.Reason
}

func fieldText(p *problem.Error) string {
	if p == nil {
		return ""
	}
	var list []string
	for _, f := range p.Fields {
		list = append(list, f.Path+" "+f.Code)
	}
	return strings.Join(list, ", ")
}

// err keeps a nil *problem.Error a nil error.
func err(p *problem.Error) error {
	if p == nil {
		return nil
	}
	return p
}
