package problem

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// text is one catalogue entry; {name} is filled from params.
type text struct{ zh, en string }

var statuses = map[Code]int{
	Malformed: 400, Unauthenticated: 401, Forbidden: 403, NotFound: 404, Method: 405,
	Guard: 409, Transition: 409, Unique: 409, Referenced: 409, Conflict: 409, Claimed: 409, Script: 422, ClaimLimit: 409,
	Stale: 412, TooLarge: 413, MediaType: 415, Invalid: 422, Rate: 429,
	Internal: 500, Unavailable: 503, OutcomeUnknown: 503, StorageFull: 507,
}

// Status is the HTTP status of a code.
func (c Code) Status() int {
	if s, ok := statuses[c]; ok {
		return s
	}
	return 500
}

var titles = map[Code]text{
	Malformed:       {"请求格式有误", "Malformed request"},
	Unauthenticated: {"请先登录", "Please sign in"},
	Forbidden:       {"没有权限", "Not allowed"},
	NotFound:        {"找不到", "Not found"},
	Method:          {"此地址不支持该请求方法", "The method is not allowed here"},
	Guard:           {"条件未满足", "Conditions are not met"},
	Transition:      {"不允许的阶段变更", "No such stage change"},
	Unique:          {"已存在相同的值", "The value is already taken"},
	Referenced:      {"仍被其他记录引用", "Other records still refer to it"},
	Conflict:        {"与另一处更改冲突", "Conflicts with another change"},
	Script:          {"脚本未能完成", "A script failed"},
	Claimed:         {"记录已有负责人", "The record has an owner already"},
	ClaimLimit:      {"已达到领取上限", "The limit of claims is reached"},
	Stale:           {"记录已被他人更改", "The record has changed meanwhile"},
	TooLarge:        {"内容过大", "Too large"},
	MediaType:       {"不支持的内容类型", "Unsupported media type"},
	Invalid:         {"内容无效", "Invalid content"},
	Rate:            {"请求过于频繁", "Too many requests"},
	Internal:        {"服务器内部错误", "Internal error"},
	Unavailable:     {"服务暂不可用，未写入任何内容", "Unavailable; nothing was written"},
	OutcomeUnknown:  {"结果未知，请用同一 Idempotency-Key 重试", "The outcome is unknown; repeat with the same Idempotency-Key"},
	StorageFull:     {"存储空间已满，未写入任何内容", "Storage is full; nothing was written"},
}

// catalogue is filled by the catalogue_*.go files, one per room that speaks.
var catalogue = map[string]text{}

func register(m map[string]text) {
	for k, t := range m {
		if _, twice := catalogue[k]; twice {
			panic("problem: catalogue key twice: " + k)
		}
		catalogue[k] = t
	}
}

// Title of the problem in lang ("zh-CN" or "en").
func (e *Error) Title(lang string) string { return titles[e.Code].in(lang, nil) }

// Detail text in lang; the code's title where no key was given.
func (e *Error) Detail(lang string) string {
	if t, ok := catalogue[e.Key]; ok && e.Key != "" {
		return t.in(lang, e.Params)
	}
	if e.Key != "" {
		return e.Key
	}
	return titles[e.Code].in(lang, nil)
}

// Message of a field problem in lang.
func (f Field) Message(lang string) string {
	key := f.Code
	if f.Text != "" {
		key = f.Text
	}
	if t, ok := catalogue[key]; ok {
		return t.in(lang, f.Params)
	}
	return f.Code
}

// Body is the problem as a member of an answer: path, code, message in the
// language, and the parameters as further members.
func (f Field) Body(lang string) map[string]any {
	m := make(map[string]any, len(f.Params)+3)
	for k, v := range f.Params {
		if t, ok := v.(Title); ok {
			v = t.In(lang)
		}
		m[k] = v
	}
	m["path"], m["code"], m["message"] = f.Path, f.Code, f.Message(lang)
	return m
}

// Known tells whether the catalogue has a text for key.
func Known(key string) bool { _, ok := catalogue[key]; return ok }

func (t text) in(lang string, params map[string]any) string {
	s := t.en
	if strings.HasPrefix(lang, "zh") {
		s = t.zh
	}
	if len(params) == 0 || !strings.Contains(s, "{") {
		return s
	}
	pairs := make([]string, 0, 2*len(params))
	for _, k := range slices.Sorted(maps.Keys(params)) {
		pairs = append(pairs, "{"+k+"}", show(params[k], lang))
	}
	return strings.NewReplacer(pairs...).Replace(s)
}

func show(v any, lang string) string {
	switch x := v.(type) {
	case Title:
		return x.In(lang)
	case []string:
		sep := ", "
		if strings.HasPrefix(lang, "zh") {
			sep = "、"
		}
		return strings.Join(x, sep)
	}
	return fmt.Sprint(v)
}
