package api

import (
	_ "embed"
	"html/template"
	"net/http"
	"strings"
)

//go:embed page.html
var pageSource string

var page = template.Must(template.New("page").Parse(pageSource))

// pageTexts of the start page, by language.
var pageTexts = map[string]map[string]string{
	"zh-CN": {
		"title": "weft 正在运行", "missing": "此程序尚未包含网页界面。接口和命令行均可使用。",
		"build": "要包含网页界面，请安装 Node.js，然后在源代码目录中运行：",
		"api":   "接口", "docs": "文档", "openapi": "OpenAPI 3.1 描述（登录后）", "health": "运行状态",
		"where": "说明文档在源代码的 docs 目录中；命令行帮助：",
	},
	"en": {
		"title": "weft is running", "missing": "The web app is not built into this program. The API and the command line are ready.",
		"build": "To build the web app in, install Node.js and run this in the source folder:",
		"api":   "API", "docs": "Documentation", "openapi": "OpenAPI 3.1 document (after signing in)", "health": "Health",
		"where": "The documentation stands in the folder docs of the source; help on the command line:",
	},
}

// startPage tells people in a browser where they are, as long as the web app
// is not built in.
func startPage(x *exchange) error {
	lang := Language(x.r)
	var b strings.Builder
	if err := page.Execute(&b, map[string]any{"Lang": lang, "T": pageTexts[lang], "Version": x.s.o.Version}); err != nil {
		return err
	}
	h := x.Header()
	h.Set("Content-Type", "text/html; charset=utf-8")
	h.Set("Content-Language", lang)
	h.Set("Content-Security-Policy", "default-src 'none'; style-src 'unsafe-inline'; frame-ancestors 'none'; base-uri 'none'; form-action 'none'")
	x.WriteHeader(http.StatusOK)
	_, _ = x.Write([]byte(b.String()))
	return nil
}
