package problem

func init() {
	register(map[string]text{
		"egress_refused":     {"不能访问这个地址", "this address must not be called"},
		"egress_url":         {"地址要以 http:// 或 https:// 开头，并且不带账号", "the address must begin with http:// or https:// and carry no credentials"},
		"egress_header":      {"不能设置请求头 {name}", "the header {name} cannot be set"},
		"egress_too_large":   {"请求或应答超过 {limit} 字节", "the request or its answer is larger than {limit} bytes"},
		"egress_unavailable": {"对方没有应答", "nobody answered at this address"},
		"http_dry_run":       {"试运行时不发送请求", "no request is sent in a trial"},
	})
}
