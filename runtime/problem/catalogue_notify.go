package problem

func init() {
	register(map[string]text{
		"no_such_channel": {"没有消息渠道 {channel}", "there is no channel {channel}"},
		"ids_or_all":      {"请给出 ids，或 \"all\": true", "give ids, or \"all\": true"},
	})
}
