import Episodes
import Text

/// A folder's episodes as JSON.
struct EpisodeAnswers {
    let addresses: EpisodeAddresses

    func page(_ page: EpisodeFolder.Page, limit: Int) -> [UInt8] {
        var json = JSONWriter(reserving: 64 + 384 * page.episodes.count)
        json.object { json in
            json.array("episodes") { json in
                for episode in page.episodes { json.object { json in short(episode, &json) } }
            }
            json.field("total", page.total)
            if page.hasMore, let last = page.episodes.last {
                let after = Percent.encode(last.episode.relativePath)
                json.field("next", "\(EpisodeAddresses.path)?limit=\(limit)&after=\(after)")
            }
        }
        return json.bytes
    }

    func episode(_ episode: DescribedEpisode) -> [UInt8] {
        var json = JSONWriter(reserving: 384 + 96 * episode.chapters.count)
        json.object { json in
            short(episode, &json)
            json.array("chapters") { json in
                for chapter in episode.chapters {
                    json.object { json in
                        json.field("start_time_ms", chapter.start.wholeMilliseconds)
                        if let end = chapter.end { json.field("end_time_ms", end.wholeMilliseconds) }
                        if let title = chapter.title { json.field("title", title) }
                    }
                }
            }
        }
        return json.bytes
    }

    private func short(_ episode: DescribedEpisode, _ json: inout JSONWriter) {
        json.field("episode_id", episode.episode.id.description)
        json.field("path", episode.episode.relativePath)
        json.field("title", episode.title)
        json.field("feed_title", episode.feedTitle)
        if let duration = episode.duration { json.field("duration_ms", duration.wholeMilliseconds) }
        if episode.picture != nil {
            json.field("picture_url", addresses.picture(of: episode.episode.id))
        }
        json.field("chapter_count", episode.chapters.count)
        json.field("tags_read", episode.isRead)
    }
}
