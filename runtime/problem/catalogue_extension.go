package problem

func init() {
	register(map[string]text{
		"nothing_to_extend": {"没有可以扩展的 {kind} {key}", "there is no {kind} {key} to extend"},
		"required_package":  {"需要先安装 {template}", "{template} must be installed first"},
	})
}
