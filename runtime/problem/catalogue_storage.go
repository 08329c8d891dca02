package problem

func init() {
	register(map[string]text{
		"files_unavailable": {"文件存储没有应答，什么都没有保存，请稍后重试", "the storage of files does not answer; nothing was saved, try again later"},
		"upload_offset":     {"上传应从第 {offset} 字节继续", "the upload goes on at byte {offset}"},
		"upload_elsewhere":  {"此上传正由另一请求继续，请先查询进度", "another request goes on with this upload; ask how far it is"},
		"upload_beyond":     {"数据超过声明的 {length} 字节", "more than the {length} bytes that were announced"},
		"upload_pieces":     {"分片超过 {max} 个，请加大每次上传的数据量", "the upload has more than {max} pieces; send larger ones"},
		"upload_number":     {"请求头 {header} 应为非负整数", "the header {header} must be a whole number, not negative"},
		"upload_metadata":   {"请求头 Upload-Metadata 应为以逗号分隔的“键 base64”", "the header Upload-Metadata must be pairs of a key and base64, separated by commas"},
		"file_name_utf8":    {"文件名不是有效的 UTF-8", "the name of the file is not valid UTF-8"},
		"tus_version":       {"断点续传协议只支持 {version} 版", "uploads in pieces speak version {version} of the protocol"},
		"files_quota":       {"文件总量已达上限 {max} 字节，请联系管理员", "all files together may have {max} bytes, and this one no longer fits; ask an administrator"},
		"files_user_quota":  {"你已上传而尚未用于记录的文件超过 {max} 字节，请先保存记录，或稍后再试", "your files that no record uses yet may have {max} bytes together; save your records first, or try again later"},
	})
}
