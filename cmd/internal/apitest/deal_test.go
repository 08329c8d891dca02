package apitest

import (
	"testing"

	"weft/cmd/internal/apptest"
	"weft/runtime/store"
)

// The definitions of these tests: a deal with stages. An agent may work on own
// deals and never sees their margin.
var dealDefinitions = []string{
	`{"kind":"entity","key":"deal","type":"object","x-title":{"zh-CN":"商机","en":"Deal"},"x-owner-field":"owner","x-title-field":"name",
	  "required":["name"],"properties":{
	   "name":{"x-type":"text","x-title":{"zh-CN":"名称","en":"Name"},"x-searchable":true},
	   "code":{"x-type":"text","x-title":{"zh-CN":"编码","en":"Code"},"x-unique":true},
	   "amount":{"x-type":"currency","x-title":{"zh-CN":"金额","en":"Amount"},"x-currency":"CNY","minimum":0},
	   "margin":{"x-type":"number","x-title":{"zh-CN":"毛利","en":"Margin"}},
	   "owner":{"x-type":"user","x-title":{"zh-CN":"负责人","en":"Owner"},"default":{"me":true}},
	   "license":{"x-type":"credit_code","x-title":{"zh-CN":"信用代码","en":"Credit code"}},
	   "proof":{"x-type":"attachment","x-title":{"zh-CN":"凭证","en":"Proof"},"x-media-types":["application/pdf"]},
	   "stage":{"x-type":"choice","x-title":{"zh-CN":"阶段","en":"Stage"},"x-choices":[
	     {"key":"new","title":{"zh-CN":"新建","en":"New"}},{"key":"proven","title":{"zh-CN":"已证实","en":"Proven"}},
	     {"key":"lost","title":{"zh-CN":"丢单","en":"Lost"}}]}}}`,
	`{"kind":"stage_machine","key":"deal","title":{"zh-CN":"商机阶段","en":"Deal stages"},"entity":"deal","field":"stage","initial":"new",
	  "stages":[{"key":"new","title":{"zh-CN":"新建","en":"New"},"type":"open"},
	   {"key":"proven","title":{"zh-CN":"已证实","en":"Proven"},"type":"open","enter":[{"type":"required","fields":["amount"]},{"type":"attachment","field":"proof"}]},
	   {"key":"lost","title":{"zh-CN":"丢单","en":"Lost"},"type":"lost"}],
	  "transitions":[{"key":"prove","title":{"zh-CN":"证实","en":"Prove"},"from":["new"],"to":"proven","direction":"forward"},
	   {"key":"lose","title":{"zh-CN":"丢单","en":"Lose"},"from":["new","proven"],"to":"lost","direction":"close","reason":{"required":true}}]}`,
	`{"kind":"role","key":"agent","title":{"zh-CN":"销售","en":"Agent"},"grants":[{"entity":"deal","operations":["create","read","update","delete"],
	  "scopes":[{"type":"own"}],"read":{"all":true,"except":["margin"]},"write":{"all":true,"except":["margin"]},"transitions":["*"]}]}`,
	`{"kind":"role","key":"auditor","title":{"zh-CN":"审计","en":"Auditor"},"grants":[{"entity":"deal","operations":["read","export"],
	  "scopes":[{"type":"all"}],"read":{"all":true}}]}`,
	`{"kind":"view","key":"deal_list","title":{"zh-CN":"商机","en":"Deals"},"entity":"deal","type":"list","columns":["name","amount","margin"],"sort":["-amount"]}`,
}

// testWorld is a weft with the deal definitions and the users of these tests.
type testWorld struct {
	*apptest.App
	li, wang, audit apptest.Person
}

func newWorld(t *testing.T) testWorld { return newWorldWith(t, nil) }

// newWorldWith puts a wrapper around the store.
func newWorldWith(t *testing.T, wrap func(store.Store) store.Store) testWorld {
	t.Helper()
	app := apptest.Start(t, apptest.Options{Definitions: dealDefinitions, Wrap: wrap})
	return testWorld{App: app, li: app.User(t, "li", "agent"), wang: app.User(t, "wang", "agent"), audit: app.User(t, "audit", "auditor")}
}
