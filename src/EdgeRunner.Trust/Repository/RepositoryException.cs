namespace EdgeRunner.Trust.Repository;

/// <summary>A change to a repository was refused, or the repository is damaged. What is published stays as it was.</summary>
/// <remarks>A file of the repository that does not verify is <see cref="MetadataException"/>; disk trouble is <see cref="IOException"/>.</remarks>
public sealed class RepositoryException : Exception
{
    /// <summary>One problem.</summary>
    /// <param name="failure">What to branch on.</param>
    /// <param name="role">The role it is about; null when it is about the repository.</param>
    /// <param name="file">The file or directory at fault; null when there is none.</param>
    /// <param name="problem">What was expected and what there is.</param>
    /// <param name="advice">What to do.</param>
    /// <param name="inner">The cause.</param>
    public RepositoryException(RepositoryFailure failure, string? role, string? file, string problem, string advice, Exception? inner = null)
        : base($"{(role is null ? "" : role + ": ")}{problem}{(file is null ? "" : $" ({file})")}. {advice}", inner) =>
        (Failure, Role, FilePath, Problem, Advice) = (failure, role, file, problem, advice);

    /// <summary>What to branch on.</summary>
    public RepositoryFailure Failure { get; }

    /// <summary>The role it is about; null when it is about the repository.</summary>
    public string? Role { get; }

    /// <summary>The file or directory at fault; null when there is none.</summary>
    public string? FilePath { get; }

    /// <summary>What was expected and what there is.</summary>
    public string Problem { get; }

    /// <summary>What to do.</summary>
    public string Advice { get; }
}
