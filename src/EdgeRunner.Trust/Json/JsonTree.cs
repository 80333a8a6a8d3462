namespace EdgeRunner.Trust.Json;

/// <summary>A JSON value as it was read or is to be written. Immutable and thread-safe as long as nobody keeps changing the collections it was
/// made from.</summary>
/// <remarks>Signatures are checked over this tree and never over an object model made from it, because fields that we do not know are signed
/// too.</remarks>
public sealed class JsonTree
{
    private readonly object? _content;
    private readonly long _number;

    private JsonTree(JsonKind kind, object? content, long number) => (Kind, _content, _number) = (kind, content, number);

    /// <summary>null.</summary>
    public static JsonTree Null { get; } = new(JsonKind.Null, null, 0);

    /// <summary>true.</summary>
    public static JsonTree True { get; } = new(JsonKind.Boolean, null, 1);

    /// <summary>false.</summary>
    public static JsonTree False { get; } = new(JsonKind.Boolean, null, 0);

    /// <summary>What it is.</summary>
    public JsonKind Kind { get; }

    /// <summary>The members of an object.</summary>
    /// <exception cref="InvalidOperationException">It is no object.</exception>
    public IReadOnlyDictionary<string, JsonTree> Members => (IReadOnlyDictionary<string, JsonTree>)Content(JsonKind.Object);

    /// <summary>The elements of an array.</summary>
    /// <exception cref="InvalidOperationException">It is no array.</exception>
    public IReadOnlyList<JsonTree> Items => (IReadOnlyList<JsonTree>)Content(JsonKind.Array);

    /// <summary>The text of a string.</summary>
    /// <exception cref="InvalidOperationException">It is no string.</exception>
    public string Text => (string)Content(JsonKind.Text);

    /// <summary>The number.</summary>
    /// <exception cref="InvalidOperationException">It is no number.</exception>
    public long Integer => Kind == JsonKind.Integer ? _number : throw Wrong(JsonKind.Integer);

    /// <summary>The truth value.</summary>
    /// <exception cref="InvalidOperationException">It is neither true nor false.</exception>
    public bool Boolean => Kind == JsonKind.Boolean ? _number != 0 : throw Wrong(JsonKind.Boolean);

    /// <summary>A string.</summary>
    public static JsonTree Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return new JsonTree(JsonKind.Text, text, 0);
    }

    /// <summary>A number.</summary>
    public static JsonTree Of(long number) => new(JsonKind.Integer, null, number);

    /// <summary>true or false.</summary>
    public static JsonTree Of(bool value) => value ? True : False;

    /// <summary>An array.</summary>
    public static JsonTree Of(IReadOnlyList<JsonTree> items)
    {
        ArgumentNullException.ThrowIfNull(items);
        return new JsonTree(JsonKind.Array, items, 0);
    }

    /// <summary>An object.</summary>
    public static JsonTree Of(IReadOnlyDictionary<string, JsonTree> members)
    {
        ArgumentNullException.ThrowIfNull(members);
        return new JsonTree(JsonKind.Object, members, 0);
    }

    /// <summary>An array of strings.</summary>
    public static JsonTree OfTexts(IEnumerable<string> texts) => Of(texts.Select(Of).ToArray());

    /// <summary>The member of that name; null when it is missing or this is no object.</summary>
    public JsonTree? Find(string name) => Kind == JsonKind.Object && Members.TryGetValue(name, out var member) ? member : null;

    /// <summary>A copy of an object in which one member is set, replaced, or (with null) left out.</summary>
    public JsonTree With(string name, JsonTree? value)
    {
        var members = new Dictionary<string, JsonTree>(Members, StringComparer.Ordinal);
        if (value is null)
        {
            members.Remove(name);
        }
        else
        {
            members[name] = value;
        }
        return Of(members);
    }

    /// <summary>The canonical text, for messages and the debugger.</summary>
    public override string ToString() => System.Text.Encoding.UTF8.GetString(CanonicalJson.Encode(this));

    private object Content(JsonKind kind) => Kind == kind ? _content! : throw Wrong(kind);

    private InvalidOperationException Wrong(JsonKind kind) => new($"a value of kind {Kind} was used as {kind}");
}
