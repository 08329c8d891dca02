package api

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"

	"weft/runtime/request"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Parse(pageSource))

// pageTexts of the start page, by language.
var pageTexts = map[string]map[string]string{
	"zh-CN": {
		"title": "weft 正在运行", "missing": "这个程序编译时没有 Node，所以不带网页界面。装好 Node 20 后运行 make build，再重新启动。接口和命令行现在就能用。",
		"begin": "先登录，再用得到的令牌调用接口：",
		"api":   "接口", "docs": "文档", "openapi": "OpenAPI 3.1 描述（登录后）", "health": "运行状态",
		"where": "说明文档在源代码的 docs 目录中（api.md、command-line.md）；命令行帮助：",
	},
	"en": {
		"title": "weft is running", "missing": "This program was built without Node, so it has no web app. Install Node 20, run make build and start it again. The API and the command line work now.",
		"begin": "Sign in, then call the API with the token you get:",
		"api":   "API", "docs": "Documentation", "openapi": "OpenAPI 3.1 document (after signing in)", "health": "Health",
		"where": "The documentation stands in the folder docs of the source (api.md, command-line.md); help on the command line:",
	},
}

// startPage is the web app, or what is shown to browsers when the program was
// built without it.
func startPage(rc *requestContext) error {
	if rc.s.o.WebApp != nil {
		return webPage(rc)
	}
	lang := request.Language(rc.r)
	var b strings.Builder
	if err := page.Execute(&b, map[string]any{"Lang": lang, "T": pageTexts[lang], "Version": rc.s.o.Version, "Address": rc.address()}); err != nil {
		return err
	}
	h := rc.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	rc.WriteHeader(http.StatusOK)
	_, _ = rc.Write([]byte(b.String()))
	return nil
}

// address is the origin by which the client reached the server.
func (rc *requestContext) address() string {
	if rc.overTLS() {
		return "https://" + rc.r.Host
	}
	return "http://" + rc.r.Host
}
