using System.Text.Json;

namespace EdgeRunner.Device.Configuration;

/// <summary>Reads one file of JSON with comments and trailing commas into a tree in which each node knows its line.</summary>
internal static class ConfigurationFileReader
{
    /// <summary>Largest file that is read: a thousand pipelines of 1 KB each. Past it the file is set aside, so that a mistaken path
    /// (a log, a model) cannot eat the memory of a small board.</summary>
    public const int MaxFileBytes = 1 << 20;

    /// <summary>The reason for a file that is not there.</summary>
    internal const string NoSuchFile = "no such file";

    private const int MaxDepth = 32; // the type tree is 6 deep

    private static ReadOnlySpan<byte> ByteOrderMark => [0xEF, 0xBB, 0xBF];

    /// <summary>Reads <paramref name="path"/>.</summary>
    /// <exception cref="ConfigurationSyntaxException">Missing, unreadable, too large or not JSON; says which and where.</exception>
    public static ConfigurationNode Read(string path)
    {
        byte[] bytes;
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite);
            // A FIFO or a device under this name has length 0 and would otherwise block or never end.
            if (!file.CanSeek)
                throw Error(path, 0, "not a regular file");
            if (file.Length > MaxFileBytes)
                throw Error(path, 0, $"{file.Length} bytes is not allowed; a configuration file has at most {MaxFileBytes}");
            bytes = new byte[file.Length];
            file.ReadExactly(bytes);
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw Error(path, 0, NoSuchFile);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw Error(path, 0, $"cannot be read: {e.Message}");
        }

        // What a power cut leaves of a file that was not flushed. An empty object says "nothing" on purpose: {}
        if (bytes.AsSpan().Trim(" \t\r\n\0"u8).IsEmpty)
            throw Error(path, 0, "is empty; expected at least {}");
        return Parse(bytes, path);
    }

    /// <summary>Parses the content of a file.</summary>
    /// <param name="utf8">JSON with comments and trailing commas; a byte order mark is skipped. An empty file is an empty object.</param>
    /// <param name="path">For origins; relative paths in the file resolve against its directory.</param>
    /// <exception cref="ConfigurationSyntaxException">Not JSON, not UTF-8, a key given twice, or not an object.</exception>
    public static ConfigurationNode Parse(ReadOnlySpan<byte> utf8, string path)
    {
        if (utf8.StartsWith(ByteOrderMark))
            utf8 = utf8[ByteOrderMark.Length..];
        var lines = new LineCounter(path);
        var reader = new Utf8JsonReader(utf8, new JsonReaderOptions
        {
            CommentHandling = JsonCommentHandling.Skip, AllowTrailingCommas = true, MaxDepth = MaxDepth,
        });
        try
        {
            if (utf8.Trim(" \t\r\n"u8).IsEmpty)
                return new ConfigurationNode(ConfigurationNodeKind.Object, lines.At(utf8, 0));
            reader.Read();
            var root = ReadNode(ref reader, utf8, lines);
            if (root.Kind != ConfigurationNodeKind.Object)
                throw Error(path, root.Origin.Line, $"{root.Describe()} is not allowed here; a configuration file is one object {{ ... }}");
            while (reader.Read())
            {
                // Text after the object makes the reader throw; comments do not.
            }

            return root;
        }
        catch (JsonException e)
        {
            throw Error(path, (int)Math.Min(e.LineNumber ?? 0, MaxFileBytes) + 1, $"not valid JSON: {PlainMessage(e)}");
        }
        catch (InvalidOperationException)
        {
            // Utf8JsonReader.GetString on bytes that are not UTF-8, or half a surrogate pair.
            throw Error(path, lines.At(utf8, (int)reader.TokenStartIndex).Line, "text that is not valid UTF-8");
        }
    }

    private static ConfigurationNode ReadNode(ref Utf8JsonReader reader, ReadOnlySpan<byte> utf8, LineCounter lines)
    {
        var origin = lines.At(utf8, (int)reader.TokenStartIndex);
        switch (reader.TokenType)
        {
            case JsonTokenType.StartObject:
                var node = new ConfigurationNode(ConfigurationNodeKind.Object, origin);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndObject)
                {
                    var key = reader.GetString()!;
                    if (node.Members.ContainsKey(key))
                        throw Error(origin.Source, lines.At(utf8, (int)reader.TokenStartIndex).Line, $"\"{key}\" is given twice in one object");
                    reader.Read();
                    node.Members.Add(key, ReadNode(ref reader, utf8, lines));
                }

                return node;
            case JsonTokenType.StartArray:
                var array = new ConfigurationNode(ConfigurationNodeKind.Array, origin);
                while (reader.Read() && reader.TokenType != JsonTokenType.EndArray)
                    array.Items.Add(ReadNode(ref reader, utf8, lines));
                return array;
            case JsonTokenType.String:
                return new ConfigurationNode(ConfigurationNodeKind.String, origin, reader.GetString()!);
            case JsonTokenType.Number:
                return new ConfigurationNode(ConfigurationNodeKind.Number, origin, System.Text.Encoding.ASCII.GetString(reader.ValueSpan));
            case JsonTokenType.True or JsonTokenType.False:
                return new ConfigurationNode(ConfigurationNodeKind.Boolean, origin, reader.TokenType == JsonTokenType.True ? "true" : "false");
            default:
                return new ConfigurationNode(ConfigurationNodeKind.Null, origin);
        }
    }

    /// <summary>The reader's message without its own "LineNumber: n | BytePositionInLine: n" tail, which counts from 0.</summary>
    private static string PlainMessage(JsonException e)
    {
        var tail = e.Message.IndexOf(" LineNumber:", StringComparison.Ordinal);
        return tail < 0 ? e.Message : e.Message[..tail];
    }

    private static ConfigurationSyntaxException Error(string path, int line, string message) =>
        new(new ConfigurationError(new ConfigurationOrigin(path, line, "/"), "", message));

    /// <summary>Turns byte offsets, asked for in rising order, into lines with one pass over the file.</summary>
    private sealed class LineCounter(string path)
    {
        private readonly string _directory = Path.GetDirectoryName(Path.GetFullPath(path)) ?? "/";
        private int _offset;
        private int _line = 1;

        public ConfigurationOrigin At(ReadOnlySpan<byte> utf8, int offset)
        {
            if (offset > _offset)
            {
                _line += utf8[_offset..Math.Min(offset, utf8.Length)].Count((byte)'\n');
                _offset = offset;
            }

            return new ConfigurationOrigin(path, _line, _directory);
        }
    }
}
