package problem

func init() {
	register(map[string]text{
		"backup_snapshot_ended": {
			"备份读取了 {seconds} 秒后，数据库结束了它的快照，未写出备份。请在 MongoDB 上把 transactionLifetimeLimitSeconds 设得足够长（例如 db.adminCommand({setParameter: 1, transactionLifetimeLimitSeconds: 3600})）",
			"the database ended the snapshot of the backup after {seconds} seconds, and no backup was written; let MongoDB keep it longer, for instance by db.adminCommand({setParameter: 1, transactionLifetimeLimitSeconds: 3600}) on every member",
		},
	})
}
