namespace EdgeRunner.Fleet.Depot.Answers;

/// <summary>An answer that is known at once: busy, or why a request is not allowed.</summary>
internal sealed class WordsAnswer(OutgoingMessage words, long receivedAt) : Answer(words.Topic, receivedAt)
{
    /// <inheritdoc/>
    internal override bool Advance(out OutgoingMessage? message)
    {
        message = words;
        return false;
    }
}
