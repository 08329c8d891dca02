package problem

func init() {
	register(map[string]text{
		"live_no_such_op":             {"没有名为 {op} 的操作，可用 subscribe 或 unsubscribe", "there is no operation {op}; use subscribe or unsubscribe"},
		"live_too_many_subscriptions": {"一个连接最多 {max} 个订阅", "One connection has at most {max} subscriptions"},
	})
}
